"""`backtest deals`: from options to the printed ranking and the page.

Belongs here: printing and where the page goes. Does not: the work (operations/evaluation).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from realestate_os.cli.evaluate_command import default_folder, made, print_summary, say
from realestate_os.operations.evaluation.backtest import backtest_deals
from realestate_os.operations.evaluation.evaluate import Request
from realestate_os.operations.evaluation.page import deals_tables, write_page, write_rows
from realestate_os.operations.evaluation.plots import deals_picture
from realestate_os.settings import get_settings


def deals_command(request: Request, within_months: int, output: Path | None, as_json: bool) -> None:
    """Backtest, print to standard output, leave the page; progress goes to standard error."""
    settings = get_settings()
    folder = made(output or default_folder(settings, "deals", request))
    found = backtest_deals(request, within_months, say)
    tables = deals_tables(found.summary)
    pairs = found.pairs.loc[found.predicted.values.index]
    discount = np.log(found.predicted.values["value_usd"] / pairs["first_price_usd"]).to_numpy(dtype=float)
    pictures = {"Predicted discount against realised gain": deals_picture(discount, pairs["adjusted_gain"].to_numpy())}
    title = f"Deals on {found.summary['file']}: {found.summary['resales']} homes sold twice"
    page = write_page(folder, settings.templates_dir, found.summary, tables, pictures, title)
    write_rows(folder, "resales.csv", pairs.join(found.predicted.values))
    print_summary(found.summary, tables, page, as_json)
