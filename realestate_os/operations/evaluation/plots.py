"""The page's pictures, as PNG in text.

Belongs here: which pictures the page has. Does not: drawing values against prices (valuation/pictures.py),
computing any figure.
"""

from __future__ import annotations

import numpy as np

from realestate_os.operations.evaluation.causal import Predicted
from realestate_os.valuation import pictures
from realestate_os.valuation.history import Floats
from realestate_os.valuation.ratio_study import floats


def evaluation_pictures(predicted: Predicted) -> dict[str, str]:
    """Title -> PNG as base64."""
    homes, values = predicted.homes, predicted.values
    price, value = floats(homes["sale_price_usd"]), floats(values["value_usd"])
    figures = {
        "Value against price": pictures.value_against_price(price, value),
        "Ratio of value to price, by price": pictures.ratio_by_price(price, value),
        "Ratio by month of the sale": pictures.ratio_by_month(homes["sale_date"], price, value),
        "Interval: claimed and realised": pictures.coverage_by_price(values, price),
        "Where values are too low (blue) or too high (red)": pictures.residual_map(homes, value / price),
    }
    return {title: pictures.png(figure) for title, figure in figures.items()}


def deals_picture(discount: Floats, gain: Floats) -> str:
    """Predicted discount against realised gain."""
    figure, axes = pictures.plain_figure("predicted discount, %", "gain over the market, %")
    axes.plot(np.expm1(discount) * 100, np.expm1(gain) * 100, ".", markersize=4, alpha=0.5)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.axvline(0, color="black", linewidth=0.6)
    return pictures.png(figure)
