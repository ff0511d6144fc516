"""Training: accuracy on a county whose prices are known, intervals, repeatability, time travel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from realestate_os.features.build import feature_rows
from realestate_os.valuation.borrow import with_borrowed
from realestate_os.valuation.history import sale_history
from realestate_os.valuation.interval import LEVELS, conformal_quantile
from realestate_os.valuation.model import ValueModel, folder_digest
from realestate_os.valuation.train import TooFewSalesError, Trained, data_digest, latest_share, train
from realestate_os.valuation.tuning import Budget, tune
from realestate_os.valuation.value import ServedModel, value_homes
from realestate_os_tests.valuation.conftest import UNTUNED
from realestate_os_tests.valuation.county import COUNTY, DAY, MONTH, MadeCounty, make_county


def saved(model: ValueModel, folder: Path) -> Path:
    folder.mkdir()
    model.save(folder)
    return folder


def test_values_stand_close_to_the_truth(county: MadeCounty, served: ServedModel, day_history: pd.DataFrame) -> None:
    features = feature_rows(county.listings, COUNTY, DAY)
    values = value_homes(served, county.listings, features, day_history, DAY)["value_usd"].to_numpy()
    error = np.abs(values / county.listing_value_usd - 1)
    assert np.median(error) < 0.07
    assert 0.95 < np.median(values / county.listing_value_usd) < 1.05


def test_hold_out_is_the_latest_fifth_and_unseen(trained: Trained) -> None:
    homes, all_homes = trained.hold_out.homes, trained.hold_out.earlier
    cut = homes["sale_date"].min()
    assert (all_homes["sale_date"] < cut).sum() == len(all_homes) - len(homes)
    index = trained.model.evaluation.level.index
    assert index.knots[-1] < cut.to_datetime64().astype("datetime64[D]").astype(int)


def test_intervals_cover_what_they_claim() -> None:
    """On sales after the training's end, unseen: within three standard errors of test and calibration."""
    county = make_county(sales=2400, listings=0, seed=3)
    cut = MONTH - timedelta(days=200)
    known, _ = sale_history(county.sales, county.zip_demographics, known_by=cut, months=36)
    everything, _ = sale_history(county.sales, county.zip_demographics, known_by=DAY, months=36)
    later = everything[everything["sale_date"] > pd.Timestamp(cut)].reset_index(drop=True)
    trained = train(known, COUNTY, UNTUNED, "tests-")
    features = feature_rows(later.assign(property_id=later["sale_id"]), COUNTY, cut)
    served = ServedModel(trained.model, "m", "1", "d", newest=True)
    values = value_homes(served, later, features, known, cut)
    price, old = later["sale_price_usd"], (later["year_built"] < 1950).to_numpy()
    scored = len(trained.hold_out.scores)
    for level in LEVELS:
        share = level / 100
        slack = 3 * np.sqrt(share * (1 - share) * (1 / len(later) + 1 / scored))
        inside = price.between(values[f"value_low_{level}_usd"], values[f"value_high_{level}_usd"])
        assert abs(inside.mean() - share) < slack
    assert abs(inside[old].mean() - inside[~old].mean()) < 0.10, "odd homes are covered like plain ones"
    assert values["relative_width_90"][old].median() > 1.3 * values["relative_width_90"][~old].median()


def test_conformal_quantile_is_of_finite_samples() -> None:
    scores = np.arange(1.0, 20.0)  # 19 scores: rank ceil(20 x 0.9) = 18
    assert conformal_quantile(scores, 90) == 18
    assert conformal_quantile(np.array([1.0, 2.0, 3.0]), 90) == 3


def test_same_data_same_bytes(month_history: pd.DataFrame, trained: Trained, tmp_path: Path) -> None:
    again = train(month_history, COUNTY, UNTUNED, "tests-")
    first, second = saved(trained.model, tmp_path / "a"), saved(again.model, tmp_path / "b")
    assert folder_digest(first) == folder_digest(second)
    assert again.data_digest == trained.data_digest


def test_other_data_other_digest(month_history: pd.DataFrame) -> None:
    changed = month_history.copy()
    changed.loc[0, "sale_price_usd"] += 1
    assert data_digest(changed) != data_digest(month_history)
    assert data_digest(month_history[month_history.columns[::-1]]) == data_digest(month_history)


def test_later_sales_change_no_model(county: MadeCounty, month_history: pd.DataFrame) -> None:
    """A sale that becomes known after the month began, and a correction made later, are not there yet."""
    late = county.sales.tail(50).assign(
        sale_id=lambda rows: "late" + rows["sale_id"], known_on=MONTH, sale_price_usd=lambda r: r["sale_price_usd"] * 9
    )
    sales = pd.concat([county.sales, late], ignore_index=True)
    history, _ = sale_history(sales, county.zip_demographics, known_by=MONTH - timedelta(days=1), months=24)
    assert data_digest(history) == data_digest(month_history)


def test_saved_model_says_the_same(
    county: MadeCounty, trained: Trained, served: ServedModel, day_history: pd.DataFrame, tmp_path: Path
) -> None:
    loaded = ValueModel.load(saved(trained.model, tmp_path / "model"))
    features = feature_rows(county.listings, COUNTY, DAY)
    both = [
        value_homes(
            ServedModel(model, served.name, "3", "digest", newest=True), county.listings, features, day_history, DAY
        )
        for model in (trained.model, loaded)
    ]
    pd.testing.assert_frame_equal(*both)


def test_a_model_of_other_columns_is_refused(trained: Trained, tmp_path: Path) -> None:
    folder = saved(trained.model, tmp_path / "model")
    state = folder / "state.json"
    state.write_text(state.read_text().replace('"waterfront",', '"moat",', 1))
    with pytest.raises(ValueError, match="materialize value_model again"):
        ValueModel.load(folder)


def test_too_few_sales_name_the_remedy(month_history: pd.DataFrame) -> None:
    with pytest.raises(TooFewSalesError, match=r"90 usable .* 100 .*realestate-os import sales FILE --county king_wa"):
        train(with_borrowed(month_history.head(90), [month_history]), COUNTY, UNTUNED, "tests-")


def test_few_sales_borrow_and_only_own_ones_are_held_out(month_history: pd.DataFrame) -> None:
    """A dearer, far-off county lends: values stay on the county's level, the interval is wider than of a full one."""
    own = month_history.sample(120, random_state=1).sort_values("sale_date", ignore_index=True)
    lender = month_history.assign(
        sale_id="other" + month_history["sale_id"],
        latitude=month_history["latitude"] - 5,
        sale_price_usd=month_history["sale_price_usd"] * 3,
    )
    few = train(with_borrowed(own, [lender]), COUNTY, UNTUNED, "tests-")
    assert few.metrics["borrowed_sales"] == len(lender)
    assert set(few.hold_out.homes["sale_id"]) <= set(own["sale_id"])
    assert 0.9 < few.metrics["median_ratio"] < 1.1
    alone = train(own, COUNTY, UNTUNED, "tests-")
    assert few.metrics["cod_pct"] < alone.metrics["cod_pct"]


def test_latest_share_keeps_enough_sales() -> None:
    """Most sales early, few late: the hold-out still has forty."""
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta([*range(100), 400], unit="D")
    assert latest_share(pd.DataFrame({"sale_date": days}), 0.2).sum() == 40


def test_tuning_repeats_itself_and_starts_from_the_defaults() -> None:
    rng = np.random.default_rng(0)
    matrix = pd.DataFrame(rng.normal(size=(400, 3)), columns=list("abc"))
    target = matrix["a"].to_numpy() * 0.3 + rng.normal(0, 0.1, 400)
    halves = (matrix[:300], target[:300]), (matrix[300:], target[300:])
    found = [tune(*halves, Budget(trials=5, seconds=60, seed=1), "study") for _ in range(2)]
    assert found[0] == found[1]
    assert found[0].trials + found[0].pruned == 5
    assert found[0].inner_error <= tune(*halves, Budget(trials=0, seconds=0, seed=1), "study").inner_error
