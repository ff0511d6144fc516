"""The assets through Dagster: pages of two days and a lead list of the second, then their listings in one run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from dagster import AssetSpec, materialize
from sqlalchemy import func, select

from realestate_os.counties import County
from realestate_os.discovery.assets import leads, listing_pages, listings
from realestate_os.discovery.frames import LEADS, LISTINGS
from realestate_os.discovery.lead_import import import_leads
from realestate_os.enrichment.frames import SALES
from realestate_os.partitions import counties
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.storage.tables import ProspectQueue
from realestate_os_tests.databases import MigratedDatabase
from realestate_os_tests.discovery.conftest import DAY

KEYS = [f"king_wa|{DAY - timedelta(days=1)}", f"king_wa|{DAY}"]


@pytest.fixture
def resources(
    migrated: MigratedDatabase, settings: Settings, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    for name, url in migrated.env.items():
        monkeypatch.setenv(name, url)
    overrides = {"realestate_os_home": str(settings.home), "sandbox_site_port": settings.sandbox_site_port}
    loaded = SettingsResource(overrides=overrides)
    return {
        "settings": loaded,
        "database": DatabaseResource(settings=loaded),
        "object_store": ObjectStoreResource(settings=loaded),
        "io_manager": ParquetIOManager([LEADS, LISTINGS, SALES], store.parquet),
    }


def bring_a_lead(settings: Settings, king: County, resources: dict[str, Any]) -> None:
    """One home that no page shows, known from the second day."""
    path = settings.home / "list.csv"
    path.write_text("Address,Zip,Vacant,Est. Remaining balance of Open Loans\n1 Nowhere Ln,98101,yes,1000\n")
    assert import_leads(settings, path, king, seen_on=DAY).leads == 1
    result = materialize([leads], resources=resources, partition_key="king_wa")
    assert result.asset_materializations_for_node("leads")[0].metadata["rows"].value == 1


def test_two_days(
    resources: dict[str, Any], settings: Settings, king: County, store: ObjectStore, database: Database
) -> None:
    bring_a_lead(settings, king, resources)
    for key in KEYS:
        result = materialize([listing_pages], resources=resources, partition_key=key)
        metadata = result.asset_materializations_for_node("listing_pages")[0].metadata
        assert metadata["missing"].value == 0 and metadata["set_aside"].value == 0
        assert metadata["rows"].value == metadata["fetched"].value > 30
    store.parquet.write(SALES, "king_wa", SALES.empty())
    sales = AssetSpec("sales", partitions_def=counties).with_io_manager_key("io_manager")
    result = materialize(
        [sales, leads, listing_pages, listings],
        selection=[listings],
        resources=resources,
        tags={"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[1]},
    )
    assert result.success
    first, second = (store.parquet.read(LISTINGS, key) for key in KEYS)
    assert set(first["price_event"]) == {"new"}
    both = second[second["property_id"].isin(first["property_id"])]
    assert len(both) > 10 and "new" not in set(both["price_event"])
    assert (both["first_seen_on"] == DAY - timedelta(days=1)).all()
    assert "lead_list" not in set(first["source"])
    (lead,) = second[second["source"] == "lead_list"].to_dict("records")
    assert (lead["price_basis"], lead["listing_status"], lead["liens_usd"]) == ("none", "off_market", 1000.0)
    assert lead["listing_price_usd"] != lead["listing_price_usd"] and lead["first_seen_on"] == DAY
    metadata = result.asset_materializations_for_node("listings")[0].metadata
    counted = {name: int(str(metadata[name].value)) for name in ("pages", "rows", "leads", "set_aside", "non_listings")}
    assert counted["rows"] == len(first) + len(second)
    assert counted["leads"] == 1
    assert counted["pages"] == counted["rows"] - counted["leads"] + counted["set_aside"] + counted["non_listings"]
    assert len(store.parquet.read_set_aside("listings", KEYS[0])) > 0
    table = ProspectQueue.__table__
    with database.transaction() as connection:
        live = select(func.count()).select_from(table).where(table.c.retired_at.is_(None), table.c.as_of == DAY)
        assert connection.execute(live).scalar_one() == len(second)
