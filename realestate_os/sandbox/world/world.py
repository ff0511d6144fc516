"""The whole outside world: every county, on demand, from one seed.

Belongs here: which counties there are and which day it is. Does not: what a county holds.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from realestate_os.counties import county_keys, load_county
from realestate_os.sandbox.world.county_world import CountyWorld
from realestate_os.sandbox.world.replay import replay
from realestate_os.sandbox.world.stock import generate


@dataclass
class World:
    """A world is its seed, its number of listings, its day and, for one county, a file of real sales.

    on: the world's own date; None means the county's today. sales_parquet belongs to `county`; all
    other counties are generated.
    """

    seed: int
    county: str = "king_wa"
    listings: int = 200
    on: date | None = None
    sales_parquet: Path | None = None
    assessor_values: bool = True
    _made: dict[str, CountyWorld] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def county_keys(self) -> tuple[str, ...]:
        """Keys of the counties that can be asked for."""
        return county_keys()

    def today(self, county: str | None = None) -> date:
        """The world's date, or today in the county."""
        if self.on:
            return self.on
        return load_county(county or self.county).today()

    def of(self, county: str) -> CountyWorld:
        """The county's world, made at the first question.

        Raises:
            KeyError: there is no such county.
        """
        if county not in self.county_keys:
            raise KeyError(county)
        with self._lock:
            if county not in self._made:
                self._made[county] = self._make(county)
            return self._made[county]

    def _make(self, key: str) -> CountyWorld:
        if self.sales_parquet and key == self.county:
            ground = replay(
                load_county(key), self.seed, self.listings, self.today(key), self.sales_parquet, self.assessor_values
            )
            return CountyWorld(ground, self.seed)
        return CountyWorld(generate(load_county(key), self.seed, self.listings, self.assessor_values), self.seed)
