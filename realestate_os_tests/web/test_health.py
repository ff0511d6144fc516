"""Health: 200 when all dependencies answer, 503 with the one that does not, and no secrets."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from realestate_os.resources.database import Database
from realestate_os.settings import Settings
from realestate_os.web.app import create_app

NOBODY = "http://127.0.0.1:9"


def test_all_is_well(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["ok"] is True
    assert set(found["dependencies"]) == {"postgres", "object_store", "qdrant", "mlflow", "mail"}
    assert all(one["ok"] and one["detail"] is None for one in found["dependencies"].values())


@pytest.mark.parametrize(
    ("changes", "down"),
    [
        ({"sendgrid_host": NOBODY}, "mail"),
        ({"qdrant_url": NOBODY}, "qdrant"),
        ({"mlflow_tracking_uri": NOBODY}, "mlflow"),
        ({"object_store_url": "/proc/nowhere"}, "object_store"),
    ],
)
def test_the_one_that_is_down_is_named(settings: Settings, changes: dict, down: str) -> None:
    with TestClient(create_app(settings.model_copy(update=changes))) as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert [name for name, one in answer.json()["dependencies"].items() if not one["ok"]] == [down]
    assert NOBODY not in answer.text
    assert "/proc" not in answer.text


def test_without_postgres_it_says_so_and_a_request_may_come_again(client: TestClient) -> None:
    services = client.app.state.services
    url = services.database.engine.url.update_query_dict({"host": "/tmp/no-socket-here"})
    client.app.state.services = replace(services, database=Database(url.render_as_string(hide_password=False)))
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["postgres"]["detail"] == "does not answer (PostgresError)"
    assert client.post(f"/unsubscribe/{services.keys.unsubscribe_token(uuid4())}").status_code == 503


def test_an_answer_serves_for_a_moment(client: TestClient) -> None:
    assert client.get("/health").json() == client.get("/health").json()
