"""The page's pictures, as PNG in text.

Belongs here: drawing. Does not: computing any figure.
"""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from realestate_os.operations.evaluation.causal import Predicted
from realestate_os.valuation.history import Floats

DPI = 90
# More dots than these darken the picture and fatten the page.
MOST_DOTS = 6_000


def evaluation_pictures(predicted: Predicted, by_month: dict[str, Any]) -> dict[str, str]:
    """Title -> PNG as base64."""
    homes, values = predicted.homes, predicted.values
    price, value = (c.to_numpy(dtype=float) for c in (homes["sale_price_usd"], values["value_usd"]))
    return {
        "Value against price": _against(price, value),
        "Ratio of value to price, by price": _ratio_by_price(price, value),
        "By month of the sale": _by_month(by_month),
        "Interval: claimed and realised": _coverage(values, price),
        "Where values are too low (blue) or too high (red)": _residual_map(homes, value / price),
    }


def deals_picture(discount: Floats, gain: Floats) -> str:
    """Predicted discount against realised gain."""
    figure, axes = _figure("predicted discount, %", "gain over the market, %")
    axes.plot(np.expm1(discount) * 100, np.expm1(gain) * 100, ".", markersize=4, alpha=0.5)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(0, color="black", linewidth=0.6)
    return png(figure)


def _against(price: Floats, value: Floats) -> str:
    figure, axes = _figure("price paid, USD", "value, USD")
    shown = _some(len(price))
    axes.loglog(price[shown], value[shown], ".", markersize=2, alpha=0.4)
    ends = [price.min(), price.max()]
    axes.plot(ends, ends, color="black", linewidth=0.8)
    return png(figure)


def _ratio_by_price(price: Floats, value: Floats) -> str:
    figure, axes = _figure("price paid, USD", "value / price")
    edges = np.quantile(price, np.linspace(0, 1, 11))
    tenth = np.clip(np.searchsorted(edges, price, side="right") - 1, 0, 9)
    parts = [(value / price)[tenth == number] for number in range(10) if (tenth == number).any()]
    axes.boxplot(parts, showfliers=False)
    axes.axhline(1, color="black", linewidth=0.6)
    axes.set_xlabel("tenth by price")
    return png(figure)


def _by_month(by_month: dict[str, Any]) -> str:
    figure, axes = _figure("", "median ratio")
    names = list(by_month)
    axes.plot(names, [row["median_ratio"] for row in by_month.values()], marker="o", markersize=3)
    axes.axhline(1, color="black", linewidth=0.6)
    axes.tick_params(axis="x", rotation=60, labelsize=7)
    return png(figure)


def _coverage(values: pd.DataFrame, price: Floats) -> str:
    """The 80 and 90 % interval by price tercile."""
    figure, axes = _figure("third by price", "share covered, %")
    third = np.searchsorted(np.quantile(price, [1 / 3, 2 / 3]), price, side="left")
    for level in (80, 90):
        low, high = (values[f"value_{end}_{level}_usd"].to_numpy(dtype=float) for end in ("low", "high"))
        inside = (low <= price) & (price <= high)
        shares = [inside[third == number].mean() * 100 for number in range(3) if (third == number).any()]
        line = axes.plot(range(len(shares)), shares, marker="o", label=f"{level} % interval")[0]
        axes.axhline(level, color=line.get_color(), linewidth=0.6, linestyle="--")
    axes.set_xticks(range(3), ["low", "middle", "high"])
    axes.legend(fontsize=8)
    return png(figure)


def _residual_map(homes: pd.DataFrame, ratio: Floats) -> str:
    figure, axes = _figure("longitude", "latitude")
    shown = _some(len(homes))
    east, north = (homes[name].to_numpy(dtype=float)[shown] for name in ("longitude", "latitude"))
    axes.scatter(east, north, c=np.log(ratio[shown]), s=3, cmap="coolwarm", vmin=-0.3, vmax=0.3)
    return png(figure)


def _some(count: int) -> Any:
    return np.random.default_rng(1).permutation(count)[:MOST_DOTS]


def _figure(x: str, y: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.set(xlabel=x, ylabel=y)
    return figure, axes


def png(figure: Figure) -> str:
    """A figure as PNG in base64."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return base64.b64encode(buffer.getvalue()).decode()
