"""GET /health: whether each dependency answers.

Belongs here: one short question to each of Postgres, object store, Qdrant, MLflow and the mail provider.
Does not: the state of the data (operations/). The answer names no address, path or key; the log does.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from realestate_os.settings import Settings
from realestate_os.storage.postgres_server import database_urls
from realestate_os.web.services import Services, WithServices

log = logging.getLogger(__name__)
router = APIRouter()

TIMEOUT_S = 1.5
# Each question writes a row and an object: an answer serves everybody for this long.
FRESH_S = 2.0


class Dependency(BaseModel):
    """One dependency: whether it answers, in how many milliseconds, and what is wrong."""

    ok: bool
    ms: int
    detail: str | None = None


class Health(BaseModel):
    """All dependencies; ok when each of them is."""

    ok: bool
    dependencies: dict[str, Dependency]


@router.get(
    "/health",
    summary="Whether each dependency answers",
    responses={503: {"model": Health, "description": "At least one does not answer"}},
)
def health(request: Request, response: Response, services: WithServices) -> Health:
    """200 when all dependencies answer, else 503; the body says which."""
    asked_at, found = getattr(request.app.state, "health", (0.0, None))
    if found is None or time.monotonic() - asked_at > FRESH_S:
        found = _ask_all(services)
        request.app.state.health = (time.monotonic(), found)
    response.status_code = 200 if found.ok else 503
    answer: Health = found
    return answer


def _ask_all(services: Services) -> Health:
    """All at once: the slowest decides how long it takes."""
    questions: dict[str, Callable[[], None]] = {
        "postgres": services.database.ping,
        "object_store": lambda: _object_store(services),
        "qdrant": lambda: _qdrant(services.settings),
        "mlflow": lambda: _mlflow(services.settings),
        "mail": lambda: _get(services.settings.mail_host),
    }
    with ThreadPoolExecutor(len(questions)) as pool:
        answers = dict(zip(questions, pool.map(_ask, questions, questions.values()), strict=True))
    return Health(ok=all(one.ok for one in answers.values()), dependencies=answers)


def _ask(name: str, question: Callable[[], None]) -> Dependency:
    started = time.monotonic()
    detail = None
    try:
        question()
    except Exception as error:  # whatever it is, the dependency cannot be used
        log.warning("health of %s: %s", name, error)
        detail = f"does not answer ({type(error).__name__})"
    return Dependency(ok=detail is None, ms=round((time.monotonic() - started) * 1000), detail=detail)


def _object_store(services: Services) -> None:
    services.objects.put("health/web.txt", b"ok")
    if services.objects.get("health/web.txt") != b"ok":
        raise OSError("read back something else")


def _qdrant(settings: Settings) -> None:
    """A server is asked; the local folder belongs to one process at a time and is only looked at."""
    if settings.qdrant_url:
        _get(f"{settings.qdrant_url.rstrip('/')}/readyz")
    elif not os.access(settings.home, os.W_OK):
        raise PermissionError("the data folder cannot be written")


def _mlflow(settings: Settings) -> None:
    """A server is asked; without one MLflow keeps its data in its own database."""
    if settings.mlflow_tracking_uri and settings.mlflow_tracking_uri.startswith("http"):
        _get(f"{settings.mlflow_tracking_uri.rstrip('/')}/health")
        return
    engine = create_engine(database_urls(settings).mlflow, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _get(url: str) -> None:
    """Any answer below 500 will do: who asks without a key is refused, but answered."""
    loopback = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    answer = httpx.get(url, timeout=TIMEOUT_S, trust_env=not loopback)
    if answer.status_code >= 500:
        raise httpx.HTTPError(f"answered {answer.status_code}")
