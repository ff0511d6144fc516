"""One county as the servers see it, on any day.

Belongs here: the questions the servers ask, answered from a Ground and kept for the last days asked.
Does not: HTTP, or how the ground was made (stock.py, replay.py).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from realestate_os.counties import County
from realestate_os.sandbox.world.deals import contacts_of, contracts_on
from realestate_os.sandbox.world.dice import Dice
from realestate_os.sandbox.world.ground import Ground
from realestate_os.sandbox.world.notices import Notice, notices_of
from realestate_os.sandbox.world.offers import Offers, Planting
from realestate_os.sandbox.world.parcels import parcel_rows
from realestate_os.sandbox.world.sales import sale_rows

Row = dict[str, Any]
T = TypeVar("T")
# A backfill of a month asks day by day; three days in memory are enough for one crawler.
DAYS_KEPT = 3


class CountyWorld:
    """Listings, records, planted truth, contracts and contacts of a county."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground = ground
        self.dice = Dice(seed)
        self.planting = Planting(ground, self.dice)
        # Requests are answered in threads, and one answer asks for others.
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, date], Any] = OrderedDict()

    @property
    def county(self) -> County:
        """The county's file."""
        return self.ground.county

    def offers(self, on: date) -> Offers:
        """What is for sale on a day, with the truth."""
        return self._keep("offers", on, lambda: self.planting.offers_on(on.toordinal()))

    def notices(self, on: date) -> list[Notice]:
        """The site's pages on a day, newest first."""
        return self._keep(
            "notices", on, lambda: notices_of(self.county, self.ground.homes, self.offers(on), on, self.dice)
        )

    def notice(self, slug: str, on: date) -> Notice | None:
        """The page of a slug, or None when it is not live on the day."""
        index: dict[str, Notice] = self._keep("slugs", on, lambda: {n.slug: n for n in self.notices(on)})
        return index.get(slug)

    def parcels(self, on: date) -> list[Row]:
        """Assessor's parcels as of a day; see parcels.py for the keys."""
        return self._keep("parcels", on, lambda: parcel_rows(self.ground, on, self.dice))

    def sales(self, on: date) -> list[Row]:
        """Deeds recorded by a day; see sales.py for the keys."""
        return self._keep("sales", on, lambda: sale_rows(self.ground, on, self.dice))

    def planted(self, on: date) -> list[Row]:
        """The truth about each page: kind, true value, ask, discount."""
        offers = self.offers(on)
        truth = {int(slot): i for i, slot in enumerate(offers.spells.slot)}
        return [
            _planted(self.county.key, notice, offers, truth[notice.slot], self.ground) for notice in self.notices(on)
        ]

    def contracts(self, on: date) -> list[Row]:
        """Listings that a tenant has under contract on a day."""
        return contracts_on(self.ground, self.notices(on), self.offers(on), on, self.dice)

    def contacts(self) -> list[Row]:
        """Buyers: opted in, and a few whose consent must be refused."""
        return contacts_of(self.county)

    def _keep(self, what: str, on: date, make: Callable[[], T]) -> T:
        key = (what, on)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
                self._forget(what)
            self._kept.move_to_end(key)
            found: T = self._kept[key]
            return found

    def _forget(self, what: str) -> None:
        same = [key for key in self._kept if key[0] == what]
        for key in same[:-DAYS_KEPT]:
            del self._kept[key]


def _planted(county: str, notice: Notice, offers: Offers, i: int, ground: Ground) -> Row:
    ask, homes = float(offers.ask_usd[i]), ground.homes
    unit = f" #{homes.unit[notice.home]}" if homes.unit[notice.home] else ""
    return {
        "slug": notice.slug,
        "url": notice.url(county),
        "address": f"{homes.street_address[notice.home]}{unit}, {notice.city}, {notice.state} {notice.zip_code}",
        "apn": str(homes.apn[notice.home]),
        "kind": notice.kind,
        "page": notice.page,
        "true_value_usd": float(offers.true_value_usd[i]),
        "ask_usd": None if ask != ask else ask,
        "shown_price_usd": notice.price_usd,
        "discount": None if ask != ask else round(float(offers.discount[i]), 4),
    }
