"""Pictures of values against prices: for MLflow, for Dagster, for the page of `evaluate`.

Belongs here: drawing. Does not: computing any figure (ratio_study.py), choosing what is shown (report.py,
operations/evaluation/plots.py).

`values` has value_usd and the ends of its intervals, a row a sale; `price` is what was paid, USD, (n,).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from realestate_os.valuation.history import Floats
from realestate_os.valuation.interval import LEVELS
from realestate_os.valuation.price_level import PriceIndex
from realestate_os.valuation.ratio_study import floats, price_terciles

DPI = 90
# More dots than these darken the picture and fatten the page.
MOST_DOTS = 6_000
MOST_BARS = 20


def value_against_price(price: Floats, value: Floats) -> Figure:
    """Each sale a dot; on the line the value is the price."""
    figure, axes = plain_figure("price paid, USD", "value, USD")
    shown = _some(len(price))
    axes.loglog(price[shown], value[shown], ".", markersize=2, alpha=0.4)
    ends = [price.min(), price.max()]
    axes.plot(ends, ends, color="black", linewidth=0.8)
    return figure


def ratio_by_price(price: Floats, value: Floats) -> Figure:
    """Value over price in each tenth by price: what slopes is valued regressively."""
    figure, axes = plain_figure("tenth by price", "value / price")
    edges = np.quantile(price, np.linspace(0, 1, 11))
    tenth = np.clip(np.searchsorted(edges, price, side="right") - 1, 0, 9)
    parts = [(value / price)[tenth == number] for number in range(10) if (tenth == number).any()]
    axes.boxplot(parts, showfliers=False)
    axes.axhline(1, color="black", linewidth=0.6)
    return figure


def ratio_by_month(sale_date: pd.Series[Any], price: Floats, value: Floats) -> Figure:
    """The median of value over price by month of the sale, with its middle half."""
    figure, axes = plain_figure("", "value / price")
    month = pd.to_datetime(sale_date).dt.strftime("%Y-%m").to_numpy()
    ratio = pd.Series(value / price).groupby(month).quantile([0.25, 0.5, 0.75]).unstack()
    axes.fill_between(ratio.index, ratio[0.25], ratio[0.75], alpha=0.2)
    axes.plot(ratio.index, ratio[0.5], marker="o", markersize=3)
    axes.axhline(1, color="black", linewidth=0.6)
    axes.tick_params(axis="x", rotation=60, labelsize=7)
    return figure


def coverage_by_price(values: pd.DataFrame, price: Floats) -> Figure:
    """Share of sales inside the 80 and 90 % interval by third of the price."""
    figure, axes = plain_figure("third by price", "share covered, %")
    thirds = {name: rows for name, rows in price_terciles(price).items() if rows.any()}
    for level in LEVELS:
        inside = (floats(values[f"value_low_{level}_usd"]) <= price) & (
            price <= floats(values[f"value_high_{level}_usd"])
        )
        shares = [inside[rows].mean() * 100 for rows in thirds.values()]
        line = axes.plot(range(len(shares)), shares, marker="o", label=f"{level} % interval")[0]
        axes.axhline(level, color=line.get_color(), linewidth=0.6, linestyle="--")
    axes.set_xticks(range(len(thirds)), list(thirds))
    axes.legend(fontsize=8)
    return figure


def claimed_and_realised(scores: Floats) -> Figure:
    """Coverage of every level: the first half's quantiles of the conformal scores, tried on the later half."""
    figure, axes = plain_figure("claimed coverage, %", "realised on later sales, %")
    half = len(scores) // 2
    claimed = np.linspace(0.05, 0.95, 19)
    realised = [(scores[half:] <= limit).mean() for limit in np.quantile(scores[:half], claimed)]
    axes.plot(claimed * 100, np.array(realised) * 100, marker="o", markersize=3)
    axes.plot([0, 100], [0, 100], color="black", linewidth=0.8)
    return figure


def residual_map(homes: pd.DataFrame, ratio: Floats) -> Figure:
    """Where values are too low (blue) or too high (red): latitude and longitude of `homes`, value over price."""
    figure, axes = plain_figure("longitude", "latitude")
    shown = _some(len(homes))
    east, north = (floats(homes[name])[shown] for name in ("longitude", "latitude"))
    axes.scatter(east, north, c=np.log(ratio[shown]), s=3, cmap="coolwarm", vmin=-0.3, vmax=0.3)
    return figure


def importance_bars(importance: Mapping[str, float]) -> Figure:
    """The columns that move values most; importance in per cent of the value."""
    shown = sorted(importance.items(), key=lambda item: item[1])[-MOST_BARS:]
    figure, axes = plain_figure("mean absolute effect on the value, %", "", height=5.2, left=0.36)
    axes.barh([name for name, _ in shown], [share for _, share in shown])
    axes.tick_params(axis="y", labelsize=7)
    return figure


def price_level_line(index: PriceIndex) -> Figure:
    """The county's price level as the model sees it."""
    figure, axes = plain_figure("", "price level, % against the last month")
    axes.plot(index.knots.astype("int64").astype("datetime64[D]"), (np.exp(index.log_level) - 1) * 100, marker=".")
    axes.tick_params(axis="x", rotation=30)
    return figure


def plain_figure(x: str, y: str, height: float = 3.6, left: float = 0.14) -> tuple[Figure, Any]:
    """An empty figure with its axes named; `left` is the share of its width for their labels."""
    # A layout that matplotlib finds itself draws everything twice: a second more for each training.
    figure = Figure(figsize=(5.2, height))
    axes = figure.subplots(gridspec_kw={"left": left, "right": 0.97, "bottom": 0.62 / height, "top": 0.97})
    axes.set(xlabel=x, ylabel=y)
    return figure, axes


def side_by_side(figures: Sequence[Figure]) -> str:
    """Figures as one line of Markdown with their PNGs inside."""
    return " ".join(f"![picture](data:image/png;base64,{png(figure)})" for figure in figures)


def png(figure: Figure) -> str:
    """A figure as PNG in base64."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return base64.b64encode(buffer.getvalue()).decode()


def _some(count: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(1).permutation(count)[:MOST_DOTS]
