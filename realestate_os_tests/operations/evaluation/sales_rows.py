"""A made market as a sales file: homes with coordinates, sold once or twice, prices that rise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2022-01-01")
DAYS = 540


def made_sales(homes: int = 800, twice: int = 120, seed: int = 3) -> pd.DataFrame:
    """Columns as a county might call them; `folio` is the home. Homes sold twice are sold first in the autumn."""
    rng = np.random.default_rng(seed)
    facts = pd.DataFrame(
        {
            "folio": [f"{5_000_000_000 + n}" for n in range(homes)],
            "lat": rng.uniform(47.50, 47.68, homes),
            "lng": rng.uniform(-122.40, -122.25, homes),
            "living_area": rng.normal(1900, 500, homes).clip(700).round(),
            "yr_blt": rng.integers(1930, 2015, homes),
            "bldg_grade": rng.integers(5, 11, homes),
            "pool_area": rng.integers(0, 3, homes) * 200,
        }
    )
    again = facts.iloc[:twice]
    sold = pd.concat([facts, again], ignore_index=True)
    day = np.concatenate([rng.integers(0, DAYS - 200, homes), rng.integers(0, 190, twice)])
    day[:twice] = rng.integers(275, 330, twice)
    day[homes:] += day[:twice] + 5
    worth = 600 * sold["living_area"] ** 0.85 * np.exp(0.1 * (sold["bldg_grade"] - 7) + 2 * (sold["lat"] - 47.6))
    worth *= np.exp(0.0004 * sold["pool_area"] + 0.10 * day / 365)
    noise = rng.normal(0, np.where(np.arange(len(sold)) < twice, 0.15, 0.07))
    sold["sale_date"] = (FIRST + pd.to_timedelta(day, unit="D")).strftime("%m/%d/%Y")
    sold["sale_price"] = (worth * np.exp(noise)).round(-2)
    return sold.sample(frac=1, random_state=seed)


def written(folder: Path, sales: pd.DataFrame, name: str = "sales.csv") -> Path:
    path = folder / name
    sales.to_csv(path, index=False)
    return path
