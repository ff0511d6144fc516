"""Evaluate and backtest on a made market: only the past is seen, figures are right, a page is left."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from realestate_os.cli.main import app
from realestate_os.operations.evaluation.backtest import backtest_deals
from realestate_os.operations.evaluation.causal import spans
from realestate_os.operations.evaluation.evaluate import Evaluation, Request, checked_cut, evaluate
from realestate_os.operations.evaluation.resales import resale_pairs
from realestate_os.operations.evaluation.sales_file import EvaluationError, read_homes
from realestate_os.settings import get_settings
from realestate_os.valuation.tuning import Budget
from realestate_os_tests.operations.evaluation.sales_rows import made_sales, written

UNTUNED = Budget(trials=0, seconds=0, seed=5)
CUT = date(2022, 10, 1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sales"), made_sales(homes=520, twice=60))


@pytest.fixture(scope="module")
def evaluation(path: Path) -> Evaluation:
    return evaluate(Request(path, cut=CUT, budget=UNTUNED), quiet)


def quiet(line: str) -> None:
    """Progress is not what is tested."""


def test_ours_beats_the_zip_rule_and_covers(evaluation):
    found = evaluation.summary
    assert found["ours"]["mdape_pct"] < found["baselines"]["zip_rule"]["mdape_pct"]
    assert 75 < found["ours"]["coverage_90_pct"] <= 100
    assert found["training_sales"] + found["predicted_sales"] == found["rows"]["used"]
    assert set(found["by_price_tercile"]) == {"low", "middle", "high"}
    assert {row["world"] for row in found["reliability"]} >= {"prior right", "prior wrong"}
    json.dumps(found, allow_nan=False)


def test_prices_after_the_cut_change_no_value(path, evaluation, tmp_path):
    sales = pd.read_csv(path)
    later = pd.to_datetime(sales["sale_date"]) >= pd.Timestamp(CUT)
    other = sales.assign(sale_price=sales["sale_price"].where(~later, sales["sale_price"] * 1.7))
    ours = evaluation.predicted.values
    again = evaluate(Request(written(tmp_path, other), cut=CUT, budget=UNTUNED), quiet).predicted.values
    names = ["value_usd", "zip_rule", "default_lightgbm"]
    assert np.allclose(np.sort(ours[names], axis=0), np.sort(again[names], axis=0))


def test_months_of_a_refit():
    assert spans(date(2023, 1, 15), date(2023, 3, 1), "monthly") == [
        (date(2023, 1, 15), date(2023, 2, 1)),
        (date(2023, 2, 1), date(2023, 3, 1)),
        (date(2023, 3, 1), date(2023, 3, 2)),
    ]
    assert spans(date(2023, 1, 15), date(2023, 3, 1), "none") == [(date(2023, 1, 15), date(2023, 3, 2))]


@pytest.mark.parametrize(
    ("cut", "message"),
    [(date(2022, 1, 20), "usable sales before 2022-01-20, 1"), (date(2024, 1, 1), "from 2024-01-01 on, 30 are needed")],
)
def test_a_cut_without_sales_on_a_side_is_one_line(path, cut, message):
    with pytest.raises(EvaluationError, match=message):
        checked_cut(read_homes(path, None, None), cut)


def test_two_months_before_the_cut_are_too_few(tmp_path):
    sales = made_sales()
    sales["sale_date"] = pd.to_datetime(sales["sale_date"]).dt.strftime("%Y-%m")
    homes = read_homes(written(tmp_path, sales[sales["sale_date"] < "2022-09"]), None, None)
    late = homes.homes["sale_date"] >= pd.Timestamp("2022-07-01")
    with pytest.raises(EvaluationError, match="fewer than 3 different days"):
        checked_cut(replace(homes, homes=homes.homes[late]), date(2022, 8, 31))


def test_resales_are_found_once_and_the_market_is_taken_out(path):
    homes = read_homes(path, None, None).homes
    pairs = resale_pairs(homes)
    assert len(pairs) == homes["apn"].duplicated().sum()
    assert (pairs["second_date"] > pairs["first_date"]).all()
    year = pairs["market_move"] / (pairs["second_date"] - pairs["first_date"]).dt.days * 365
    assert 0.04 < year.median() < 0.16  # made to rise by 10 % a year


def test_the_same_price_again_within_weeks_is_no_resale(path, tmp_path):
    sales = pd.read_csv(path)
    one = sales.drop_duplicates("folio", keep=False).iloc[[0]]
    again = one.assign(sale_date=(pd.to_datetime(one["sale_date"]) + pd.Timedelta(days=9)).dt.strftime("%m/%d/%Y"))
    more = read_homes(written(tmp_path, pd.concat([sales, again])), None, None).homes
    assert len(resale_pairs(more)) == len(resale_pairs(read_homes(path, None, None).homes))


def test_deals_rank_better_than_the_zip_rule(path):
    found = backtest_deals(Request(path, cut=CUT, budget=UNTUNED), progress=quiet).summary
    ours, rule = found["rankers"]["ours"], found["rankers"]["zip_rule"]
    assert ours["spearman"] > rule["spearman"]
    assert ours["auc_top_third"] > 0.7
    assert ours["sales"] == found["resales"]


def test_too_few_resales_are_one_line(tmp_path):
    with pytest.raises(EvaluationError, match="0 homes sold twice"):
        backtest_deals(Request(written(tmp_path, made_sales(homes=400, twice=0)), budget=UNTUNED), progress=quiet)


def test_the_command_prints_json_and_leaves_a_page(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TUNING_TRIALS", "0")
    get_settings.cache_clear()
    hostile = pd.read_csv(path).assign(**{"<script>alert(1)</script>": 1.0})
    file, out = written(tmp_path, hostile, "hostile.csv"), tmp_path / "out"
    ended = CliRunner().invoke(app, ["evaluate", str(file), "--cut", "2022-10", "--json", "--output", str(out)])
    assert ended.exit_code == 0, ended.output
    summary = json.loads(ended.stdout)
    assert summary["cut"] == "2022-10-01"
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "data:image/png;base64" in page and "<script>alert" not in page
    assert len(pd.read_csv(out / "predictions.csv")) == summary["predicted_sales"]


def test_a_folder_that_cannot_be_written_stops_before_the_work(path):
    ended = CliRunner().invoke(app, ["evaluate", str(path), "--output", f"{path}/below-a-file"])
    assert isinstance(ended.exception, EvaluationError)
    assert "give another with --output" in str(ended.exception) and "reading" not in ended.output
