"""A county's day of packets on a real Postgres and a folder, through Dagster: tenants, replacing, control."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from dagster import AssetSpec, ExecuteInProcessResult, materialize
from sqlalchemy import select

from realestate_os.discovery.frames import LISTINGS
from realestate_os.enrichment.frames import ENRICHMENT
from realestate_os.packets.assets import packets
from realestate_os.packets.control import controls_on
from realestate_os.partitions import county_day
from realestate_os.resources.configurable import DatabaseResource, ObjectStoreResource, SettingsResource
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.frames import SCORES
from realestate_os.scoring.store import store_scores
from realestate_os.similarity.frames import COMPARABLES
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os.storage.tables import ActionPacket, Deal, ProspectQueue, Tenant
from realestate_os.valuation.frames import VALUATIONS
from realestate_os_tests.databases import MigratedDatabase, proved_to_be_one
from realestate_os_tests.scoring.homes import DAY, day_of

INPUTS = (LISTINGS, ENRICHMENT, VALUATIONS, COMPARABLES, SCORES)
KEY = f"king_wa|{DAY}"
OTHER = UUID(int=99)
# A good deal, a poor one, a pending one under contract, a fake bargain under contract.
HOMES: list[dict[str, Any]] = [
    {"listing_price_usd": 480_000.0, "log_value_sd": 0.06},
    {"listing_price_usd": 790_000.0},
    {"listing_price_usd": 600_000.0, "listing_status": "pending"},
    {"bargain_flag": "leased_land"},
]


class Scene:
    """One module's database, a folder of objects, the day's frames in it, and the asset to run."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database, self.home, self.objects = database, home, ObjectStore(str(home / "objects"))
        self.day = day_of(HOMES)
        self.scores = self.day.scores()
        self.ids = [UUID(one) for one in self.scores["property_id"]]

    def write(self, scores: pd.DataFrame) -> None:
        tables = (self.day.listings, self.day.enrichment, self.day.valuations, self.day.comparables, scores)
        for frame, table in zip(INPUTS, tables, strict=True):
            self.objects.parquet.write(frame, KEY, table)

    def run(self) -> ExecuteInProcessResult:
        settings = SettingsResource(overrides={"realestate_os_home": str(self.home)})
        upstream = [AssetSpec(one.name, partitions_def=county_day).with_io_manager_key("io_manager") for one in INPUTS]
        return materialize(
            [*upstream, packets],
            selection=[packets],
            partition_key=KEY,
            resources={
                "settings": settings,
                "database": DatabaseResource(settings=settings),
                "object_store": ObjectStoreResource(settings=settings),
                "io_manager": ParquetIOManager(list(INPUTS), self.objects.parquet),
            },
        )

    def packets(self, tenant: UUID, status: str = "current") -> dict[tuple[int, str], Any]:
        """(number of the home, edition) -> row, of a tenant."""
        with self.database.transaction(tenant) as connection:
            rows = connection.execute(select(ActionPacket).where(ActionPacket.status == status))
            return {(self.ids.index(row.property_id), row.edition): row for row in rows}

    def statuses(self) -> list[str]:
        with self.database.transaction() as connection:
            rows = connection.execute(select(ProspectQueue.property_id, ProspectQueue.status))
            found = {row.property_id: row.status for row in rows}
        return [found[one] for one in self.ids]


def contract(number: int, ids: list[UUID], **changes: Any) -> dict[str, Any]:
    deal = {
        "property_id": ids[number],
        "control": "under_contract",
        "stage": "under_contract",
        "contract_price_usd": 580_000,
        "assignment_price_usd": 598_000,
        "signed_on": DAY - timedelta(days=3),
        "expires_on": DAY + timedelta(days=30),
    }
    return deal | changes


@pytest.fixture
def default_tenant(database: Database) -> UUID:
    return next(tenant.id for tenant in database.tenants() if tenant.slug == "default")


@pytest.fixture
def scene(
    migrated: MigratedDatabase,
    database: Database,
    default_tenant: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scene]:
    for name, url in migrated.env.items():
        monkeypatch.setenv(name, url)
    scene = Scene(database, tmp_path)
    scene.write(scene.scores)
    prospect = {"county": "king_wa", "as_of": DAY, "source": "s", "first_seen_on": DAY, "last_seen_on": DAY}
    with database.transaction() as connection:
        rows = [prospect | {"property_id": one, "status": "enriched"} for one in scene.ids]
        database.upsert(connection, ProspectQueue, rows, ["property_id"])
    store_scores(database, "king_wa", DAY, scene.scores)
    with database.transaction(default_tenant) as connection:
        deals = [
            {"tenant_id": default_tenant} | contract(2, scene.ids),
            {"tenant_id": default_tenant} | contract(3, scene.ids),
        ]
        database.upsert(connection, Deal, deals, ["tenant_id", "property_id"])
    yield scene
    with migrated.as_superuser() as connection:
        connection.execute("DELETE FROM action_packets")
        connection.execute("DELETE FROM deals")


def test_good_scores_and_contracts_get_memos_and_only_contracts_get_one_for_buyers(
    scene: Scene, default_tenant: UUID
) -> None:
    result = scene.run()
    rows = scene.packets(default_tenant)
    assert set(rows) == {(0, "internal"), (2, "internal"), (2, "investor")}
    for row in rows.values():
        content = scene.objects.get(row.object_key)
        assert content.startswith(b"%PDF-") and len(content) == row.bytes and row.pages == 2
        assert row.object_key.startswith("packets/default/king_wa/2026-11-24/1417-e-howell-st-98122-")
    assert rows[2, "investor"].snapshot["price"]["usd"] == 598_000
    assert "offer" not in rows[2, "investor"].snapshot
    assert rows[0, "internal"].score_id is not None
    assert scene.statuses() == ["packet_ready", "scored", "packet_ready", "enriched"]
    refused = scene.objects.parquet.read_set_aside("packets", KEY)
    assert refused["reason"].tolist() == ["leased_land"]
    metadata = result.asset_materializations_for_node("packets")[0].metadata
    assert (metadata["rows"].value, metadata["internal"].value, metadata["investor"].value) == (3, 2, 1)
    assert len(metadata["uris"].value) == 3


def test_again_is_the_same_and_a_change_replaces_and_keeps_what_was_mailed(scene: Scene, default_tenant: UUID) -> None:
    scene.run()
    first = scene.packets(default_tenant)
    scene.run()
    assert {key: row.id for key, row in scene.packets(default_tenant).items()} == {k: r.id for k, r in first.items()}
    cheaper = scene.scores.assign(bird_dog_score=[10.0, 90.0, None, None])
    scene.write(cheaper)
    scene.run()
    assert set(scene.packets(default_tenant)) == {(1, "internal"), (2, "internal"), (2, "investor")}
    retired = scene.packets(default_tenant, "retired")[0, "internal"]
    assert retired.id == first[0, "internal"].id and retired.retired_at is not None
    assert retired.snapshot == first[0, "internal"].snapshot and scene.objects.exists(retired.object_key)
    assert scene.statuses() == ["scored", "packet_ready", "packet_ready", "enriched"]
    scene.write(scene.scores)
    scene.run()
    assert scene.packets(default_tenant)[0, "internal"].id == first[0, "internal"].id


def test_each_tenant_has_its_own_memos_and_only_its_own_contracts(
    scene: Scene, default_tenant: UUID, migrated: MigratedDatabase
) -> None:
    owner = Database(migrated.urls.owner)
    tenant = {"id": OTHER, "slug": "other", "name": "Other", "plan": "free", "mail_from_name": "O"}
    with owner.transaction(OTHER) as connection:
        row = tenant | {"mail_from_email": "o@other.example", "postal_address": "2 Oak St"}
        owner.upsert(connection, Tenant, [row], ["id"])
    owner.dispose()
    scene.run()
    assert set(scene.packets(OTHER)) == {(0, "internal")}
    assert (2, "investor") in scene.packets(default_tenant)
    assert scene.packets(OTHER)[0, "internal"].snapshot["tenant"]["postal_address"] == "2 Oak St"


@pytest.mark.parametrize(
    "changes",
    [
        {"control": "none"},
        {"expires_on": DAY - timedelta(days=1)},
        {"signed_on": DAY + timedelta(days=1)},
        {"stage": "dead"},
        {"stage": "closed"},
        {"stage": "assigned"},
    ],
)
def test_control_counts_only_while_it_holds_on_the_day(
    scene: Scene, default_tenant: UUID, changes: dict[str, Any]
) -> None:
    with scene.database.transaction(default_tenant) as connection:
        row = {"tenant_id": default_tenant} | contract(2, scene.ids, **changes)
        scene.database.upsert(connection, Deal, [row], ["tenant_id", "property_id"])
        assert str(scene.ids[2]) not in controls_on(connection, "king_wa", DAY)
        assert str(scene.ids[3]) in controls_on(connection, "king_wa", DAY)
        assert controls_on(connection, "cook_il", DAY) == {}


def test_a_deal_follows_a_property_that_proved_to_be_another(scene: Scene, default_tenant: UUID) -> None:
    one = proved_to_be_one(scene.database, str(scene.ids[3]), str(scene.ids[0]))
    with one, scene.database.transaction(default_tenant) as connection:
        controlled = controls_on(connection, "king_wa", DAY)
    assert str(scene.ids[0]) in controlled and str(scene.ids[3]) not in controlled


def test_a_contract_without_a_price_for_buyers_gets_the_internal_edition_alone(
    scene: Scene, default_tenant: UUID
) -> None:
    with scene.database.transaction(default_tenant) as connection:
        row = {"tenant_id": default_tenant} | contract(2, scene.ids, assignment_price_usd=None)
        scene.database.upsert(connection, Deal, [row], ["tenant_id", "property_id"])
    scene.run()
    assert set(scene.packets(default_tenant)) == {(0, "internal"), (2, "internal")}
    assert "no_price_to_buyer" in scene.objects.parquet.read_set_aside("packets", KEY)["reason"].tolist()
