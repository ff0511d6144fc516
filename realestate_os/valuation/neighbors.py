"""What earlier sales nearby say about a home.

Belongs here: the nearest earlier sales in columns, each row seeing only what was known on its own
day. Does not: which of these columns the model uses (matrix.py), or comparables for people to read
(similarity).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from realestate_os.valuation.columns import NEAR_BY
from realestate_os.valuation.history import Days, Floats, day_numbers, number
from realestate_os.valuation.parallel import in_parallel
from realestate_os.valuation.price_level import PriceLevel

# Candidates in space before the day is asked for: a row at the first tenth of the history still finds 30.
CANDIDATES = 300
SIMILAR, NEARBY, CLOSEST = 60, 16, 6
# 1 / (distance + 0.05): a sale next door counts twice as much as one a block (0.05 miles) away.
NEAR_MILES = 0.05
# One unit of difference: 25 % of size, 20 years, a grade, a factor of two in the lot.
UNITS = {"log_sqft": 0.25, "year_built": 20.0, "quality_grade": 1.0, "log_lot": 0.7}
# Rows at once: 512 x 300 x 8 bytes is 1.2 MB a column.
CHUNK = 512

NEIGHBOR_COLUMNS = tuple(column.name for column in NEAR_BY)


class EarlierSales:
    """Closed sales as an index in space, brought onto one price level.

    premium is ln price, time taken out, less what the attributes plainly cost: the worth of the place.
    """

    def __init__(self, history: pd.DataFrame, level: PriceLevel) -> None:
        self.level = level
        self.known = day_numbers(history["known_on"], len(history))
        self.tree = cKDTree(level.miles(history))
        days = day_numbers(history["sale_date"], len(history))
        log_price = np.log(number(history, "sale_price_usd")) - level.index.at(days)
        self.premium = log_price - level.attributes_log_price(history)
        self.traits = _traits(history)
        self.log_per_sqft = log_price - self.traits["log_sqft"]

    def columns(self, homes: pd.DataFrame, days: Days) -> pd.DataFrame:
        """NEIGHBOR_COLUMNS on the index of `homes`; each row sees the sales known at the end of its day.

        NaN where no sale was known, and for homes without coordinates.
        """
        result = np.full((len(homes), len(NEIGHBOR_COLUMNS)), np.nan)
        place = self.level.miles(homes)
        traits = _traits(homes)
        rows = np.flatnonzero(~np.isnan(place).any(axis=1))

        def fill(start: int) -> None:
            part = rows[start : start + CHUNK]
            result[part] = self._chunk(place[part], days[part], {name: values[part] for name, values in traits.items()})

        in_parallel(fill, range(0, len(rows), CHUNK))
        return pd.DataFrame(result, index=homes.index, columns=list(NEIGHBOR_COLUMNS))

    def nearest_miles(self, homes: pd.DataFrame) -> Floats:
        """Distance to the nearest sale of all; NaN without coordinates."""
        place = self.level.miles(homes)
        known = ~np.isnan(place).any(axis=1)
        distance = np.full(len(homes), np.nan)
        distance[known] = self.tree.query(place[known])[0]
        return distance

    def _chunk(self, place: Floats, days: Days, traits: dict[str, Floats]) -> Floats:
        count = min(CANDIDATES, self.tree.n)
        distance, sale = self.tree.query(place, k=np.arange(1, count + 1))
        known = self.known[sale] <= days[:, None]
        order = np.cumsum(known, axis=1)
        near = 1 / (distance + NEAR_MILES)
        nearby = np.where(known & (order <= NEARBY), near, 0.0)
        closest = np.where(known & (order <= CLOSEST), near, 0.0)
        wide = np.where(known & (order <= SIMILAR), 1.0, 0.0)
        alike = wide * np.exp(-self._difference(sale, traits) / 2)
        premium = self.premium[sale]
        mean_premium = _mean(premium, nearby)
        columns = [
            _mean(self.log_per_sqft[sale], nearby),
            mean_premium,
            _mean(premium, closest),
            _mean(premium, wide),
            np.sqrt(np.maximum(_mean(premium**2, nearby) - mean_premium**2, 0.0)),
            _mean(self.log_per_sqft[sale], alike * near),
            _mean(premium, alike * near),
            alike.sum(axis=1),
            _mean(distance, (nearby > 0).astype(float)),
            traits["log_sqft"] - _mean(self.traits["log_sqft"][sale], nearby),
            traits["log_lot"] - _mean(self.traits["log_lot"][sale], nearby),
            _mean(self.traits["year_built"][sale], nearby),
        ]
        return np.column_stack(columns)

    def _difference(self, sale: npt.NDArray[np.intp], traits: dict[str, Floats]) -> Floats:
        """Sum of squared differences in UNITS; what either side does not know does not count."""
        total = np.zeros(sale.shape)
        for name, unit in UNITS.items():
            total += np.nan_to_num((self.traits[name][sale] - traits[name][:, None]) / unit) ** 2
        return total


def _traits(homes: pd.DataFrame) -> dict[str, Floats]:
    return {
        "log_sqft": np.log(np.clip(number(homes, "square_footage"), 100, None)),
        "log_lot": np.log(np.clip(number(homes, "lot_size_sqft"), 400, None)),
        "year_built": number(homes, "year_built"),
        "quality_grade": number(homes, "quality_grade"),
    }


def _mean(values: Floats, weights: Floats) -> Floats:
    """Weighted mean of each row over the values that are there; NaN where nothing has weight."""
    there = ~np.isnan(values)
    weights = np.where(there, weights, 0.0)
    total = weights.sum(axis=1)
    found: Floats = (weights * np.where(there, values, 0.0)).sum(axis=1) / np.where(total > 0, total, np.nan)
    return found
