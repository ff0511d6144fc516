"""The resources as Dagster knows them: thin wrappers that open the plain clients.

Belongs here: configuration and `open()`. Does not: behaviour, which lives in the plain module of
each client. Heavy clients are imported when they are opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dagster import ConfigurableResource
from pydantic import Field

from realestate_os.settings import Settings, load_settings

if TYPE_CHECKING:
    from realestate_os.resources.database import Database
    from realestate_os.resources.http_client import HttpClient
    from realestate_os.resources.mailer import Mailer
    from realestate_os.resources.model_registry import ModelRegistry
    from realestate_os.resources.object_store import ObjectStore
    from realestate_os.resources.vector_store import VectorStore


class SettingsResource(ConfigurableResource):  # type: ignore[type-arg]
    """The settings of the process; `overrides` replace single ones (never secrets)."""

    overrides: dict[str, Any] = Field(default_factory=dict)

    def load(self) -> Settings:
        """Environment and .env, with the overrides on top."""
        return load_settings(**self.overrides)


class DatabaseResource(ConfigurableResource):  # type: ignore[type-arg]
    """Postgres as the app role."""

    settings: SettingsResource

    @contextmanager
    def open(self) -> Iterator[Database]:
        """A Database whose connections are closed at the end."""
        from realestate_os.resources.database import Database

        database = Database.from_settings(self.settings.load())
        try:
            yield database
        finally:
            database.dispose()


class ObjectStoreResource(ConfigurableResource):  # type: ignore[type-arg]
    """Pages, frames, packets: a folder or a bucket."""

    settings: SettingsResource

    def open(self) -> ObjectStore:
        """The store; holds no connection."""
        from realestate_os.resources.object_store import ObjectStore

        return ObjectStore.from_settings(self.settings.load())


class HttpResource(ConfigurableResource):  # type: ignore[type-arg]
    """The HTTP client of public records."""

    settings: SettingsResource

    @contextmanager
    def open(self) -> Iterator[HttpClient]:
        """A client whose connections are closed at the end."""
        from realestate_os.resources.http_client import HttpClient

        with HttpClient(self.settings.load()) as client:
            yield client


class ModelRegistryResource(ConfigurableResource):  # type: ignore[type-arg]
    """MLflow: runs and registered models."""

    settings: SettingsResource

    def open(self) -> ModelRegistry:
        """The registry; connects on use."""
        from realestate_os.resources.model_registry import ModelRegistry

        return ModelRegistry.from_settings(self.settings.load())


class VectorStoreResource(ConfigurableResource):  # type: ignore[type-arg]
    """Qdrant: local mode or a server."""

    settings: SettingsResource

    @contextmanager
    def open(self) -> Iterator[VectorStore]:
        """A VectorStore; in local mode it holds the lock while it is open, so keep it short."""
        from realestate_os.resources.vector_store import VectorStore

        with VectorStore.from_settings(self.settings.load()) as store:
            yield store


class MailerResource(ConfigurableResource):  # type: ignore[type-arg]
    """SendGrid, or the sandbox's."""

    settings: SettingsResource

    def open(self) -> Mailer:
        """The mailer; connects on use."""
        from realestate_os.resources.mailer import Mailer

        return Mailer.from_settings(self.settings.load())
