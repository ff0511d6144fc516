"""What is shown of a training: figures for MLflow, a picture and a table for Dagster.

Belongs here: drawing and Markdown. Does not: computing any statistic (ratio_study.py, train.py).
"""

from __future__ import annotations

import base64
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure

from realestate_os.valuation.interval import LEVELS
from realestate_os.valuation.ratio_study import by_price_tercile
from realestate_os.valuation.train import Trained

# A picture in Dagster's metadata is stored in its database: 70 dpi is about 25 kB.
THUMBNAIL_DPI = 70
IAAO_LIMITS = {"cod_pct": "5 to 15", "prd": "0.98 to 1.03", "prb": "-0.05 to 0.05"}


def figures(trained: Trained) -> dict[str, Figure]:
    """File name -> figure."""
    return {"hold_out.png": hold_out_figure(trained), "price_index.png": index_figure(trained)}


def hold_out_figure(trained: Trained) -> Figure:
    """Value against price, and claimed against realised coverage, on the hold-out."""
    held = trained.hold_out
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.loglog(held.price_usd, held.value_usd, ".", markersize=2, alpha=0.5)
    ends = [held.price_usd.min(), held.price_usd.max()]
    left.plot(ends, ends, color="black", linewidth=0.8)
    left.set(xlabel="price paid, USD", ylabel="value, USD", title=f"{len(held.price_usd)} held-out sales")
    half = len(held.scores) // 2
    claimed = np.linspace(0.05, 0.95, 19)
    limits = np.quantile(held.scores[:half], claimed)
    realised = [(held.scores[half:] <= limit).mean() for limit in limits]
    right.plot(claimed * 100, np.array(realised) * 100, marker="o", markersize=3)
    right.plot([0, 100], [0, 100], color="black", linewidth=0.8)
    right.set(xlabel="claimed coverage, %", ylabel="realised on later sales, %", title="intervals")
    return figure


def index_figure(trained: Trained) -> Figure:
    """The county's price level as the model sees it."""
    index = trained.model.serving.level.index
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(index.knots.astype("int64").astype("datetime64[D]"), (np.exp(index.log_level) - 1) * 100, marker=".")
    axes.set(ylabel="% against the last month", title="price level of like homes")
    axes.tick_params(axis="x", rotation=30)
    return figure


def picture_markdown(figure: Figure) -> str:
    """The figure as Markdown with the PNG inside."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=THUMBNAIL_DPI)
    return f"![hold-out](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"


def ratio_study_markdown(trained: Trained) -> str:
    """The ratio study of all held-out sales and by price tercile, with IAAO's limits."""
    table = by_price_tercile(trained.hold_out.value_usd, trained.hold_out.price_usd)
    names = list(table.columns)
    lines = ["| price tercile | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for tercile, row in table.iterrows():
        lines.append(f"| {tercile} | " + " | ".join(f"{row[name]:.3g}" for name in names) + " |")
    lines.append("| IAAO | " + " | ".join(IAAO_LIMITS.get(name, "") for name in names) + " |")
    sure = ", ".join(
        f"{level} % interval covers {trained.metrics[f'coverage_{level}_pct']:.1f} % "
        f"at {trained.metrics[f'width_{level}_pct']:.0f} % width"
        for level in LEVELS
    )
    return "\n".join([*lines, "", f"Calibrated on the first half of the hold-out, on the second half the {sure}."])
