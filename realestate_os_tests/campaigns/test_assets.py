"""The three assets and the sensor through Dagster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from dagster import DagsterInstance, Definitions, SourceAsset, build_sensor_context, materialize
from sqlalchemy import text

from realestate_os.campaigns import assets
from realestate_os.campaigns.inbox import waiting_partitions
from realestate_os.campaigns.sensors import sensors
from realestate_os.discovery.frames import LISTINGS
from realestate_os.partitions import county_day
from realestate_os.resources import configurable
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.scoring.frames import SCORES
from realestate_os.settings import Settings
from realestate_os.storage.io_manager import ParquetIOManager
from realestate_os_tests.campaigns.scene import COUNTY, DAY, Office, buyer, contract, frames, home
from realestate_os_tests.databases import MigratedDatabase

KEY = f"{COUNTY}|{DAY}"
A = "1412 NE 65th St"
UPSTREAM = [SourceAsset(name, partitions_def=county_day) for name in ("listings", "scores", "packets")]


@pytest.fixture
def resources(migrated: MigratedDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The production wrappers; what is secret comes from the environment, as in production."""
    for name, value in {**migrated.env, "UNSUBSCRIBE_SECRET": "s" * 32}.items():
        monkeypatch.setenv(name, value)
    overrides = {
        "realestate_os_home": str(settings.home),
        "assets_config_dir": str(settings.assets_config_dir),
        "sandbox_mail_port": settings.sandbox_mail_port,
    }
    loaded = configurable.SettingsResource(overrides=overrides)
    return {
        "io_manager": ParquetIOManager([LISTINGS, SCORES], ObjectStore.from_settings(settings).parquet),
        "settings": loaded,
        "database": configurable.DatabaseResource(settings=loaded),
        "object_store": configurable.ObjectStoreResource(settings=loaded),
        "mailer": configurable.MailerResource(settings=loaded),
    }


@pytest.fixture
def day(office: Office, settings: Settings) -> Iterator[ObjectStore]:
    """The day's listings and scores, stored; one contract of the office."""
    office.take_in([buyer("avery")], [contract(A), contract("9 Weak St")])
    store = ObjectStore.from_settings(settings)
    listings, scores = frames([home(A), home("9 Weak St", bird_dog_score=12.0)])
    store.parquet.write(LISTINGS, KEY, listings)
    store.parquet.write(SCORES, KEY, scores)
    yield store


def run(asset: Any, resources: dict[str, Any]) -> dict[str, Any]:
    result = materialize([*UPSTREAM, asset], partition_key=KEY, resources=resources, selection=[asset])
    (done,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in done.materialization.metadata.items()}


def test_plan_send_follow(office: Office, day: ObjectStore, resources: dict[str, Any]) -> None:
    planned = run(assets.campaigns, resources)
    mine = next(counts for name, counts in planned["campaigns"].items() if "default" not in name)
    assert (mine["team"]["pending"], mine["buyers"]["pending"]) == (1, 1)
    assert planned["set_aside_reasons"] == {"score_below_minimum": 1}
    assert "buyers.example" not in str(planned)
    assert len(day.parquet.read_set_aside("campaigns", KEY)) == 1

    sent = run(assets.deliveries, resources)
    assert sent["rows"] == sent["outcomes"]["accepted"] == planned["rows"]
    assert run(assets.deliveries, resources)["outcomes"] == {}

    (mail, *_) = office.mails()
    _event(office, mail, "delivered")
    followed = run(assets.engagement, resources)
    assert followed["events"] == 1
    assert followed["mails"]["delivered"] == 1
    assert followed["rows"] == planned["rows"]


def test_the_sensor_asks_once_for_new_events_and_rests_when_they_are_projected(
    office: Office, database: Database, migrated: MigratedDatabase, resources: dict[str, Any]
) -> None:
    with migrated.as_superuser() as connection:
        connection.execute("TRUNCATE webhook_events")
    office.plan([home(A)])
    (mail,) = office.mails()
    _event(office, mail, "processed")
    assert waiting_partitions(database) == []  # within the lag a lower id may still come
    with migrated.as_superuser() as connection:
        connection.execute("UPDATE webhook_events SET received_at = now() - interval '1 minute'")
    first, again = _tick(resources), _tick(resources)
    assert [(request.partition_key, request.run_key) for request in first] == [
        (request.partition_key, request.run_key) for request in again
    ]
    (request,) = first
    assert request.partition_key == KEY
    _late_event(office, migrated, mail)
    (wider,) = _tick(resources)
    assert wider.run_key != request.run_key
    run(assets.engagement, resources)
    assert _tick(resources) == []


def test_events_of_a_failed_projection_are_asked_for_again_each_hour(
    office: Office, database: Database, migrated: MigratedDatabase
) -> None:
    office.plan([home(A)])
    (mail,) = office.mails()
    _event(office, mail, "processed")
    keys = []
    for hours in (0, 1, 2):
        with migrated.as_superuser() as connection:
            connection.execute(
                "UPDATE webhook_events SET received_at = now() - %s * interval '1 hour' - interval '1 minute'", [hours]
            )
        keys += [one.run_key for one in waiting_partitions(database)]
    assert len(set(keys)) == 3


def test_the_assets_say_whose_they_are() -> None:
    for asset in (assets.campaigns, assets.deliveries, assets.engagement):
        (spec,) = asset.specs
        assert (spec.group_name, spec.owners) == ("campaigns", ["team:acquisitions"])
        assert spec.description


def _tick(resources: dict[str, Any]) -> list[Any]:
    """One tick of the sensor in a graph of its own, as the daemon evaluates it."""
    graph = Definitions(
        assets=[*UPSTREAM, assets.campaigns, assets.deliveries, assets.engagement],
        sensors=sensors,
        resources=resources,
    )
    wanted = {"settings": resources["settings"], "database": resources["database"]}
    with (
        DagsterInstance.ephemeral() as instance,
        build_sensor_context(instance=instance, definitions=graph, resources=wanted) as context,
    ):
        return list(graph.resolve_sensor_def("webhook_inbox").evaluate_tick(context).run_requests or [])


def _event(office: Office, mail: Any, name: str) -> None:
    with office.database.transaction() as connection:
        connection.execute(
            text("SELECT record_webhook_event(:id, :id, :name, :hmac, now(), :send_id, NULL, '{}'::jsonb)"),
            {"id": f"{name}-{mail.send_id}", "name": name, "hmac": mail.address_hmac, "send_id": mail.send_id},
        )


def _late_event(office: Office, migrated: MigratedDatabase, mail: Any) -> None:
    _event(office, mail, "open")
    with migrated.as_superuser() as connection:
        connection.execute("UPDATE webhook_events SET received_at = now() - interval '1 minute'")
