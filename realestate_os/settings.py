"""Everything that the environment can set, with its default.

Belongs here: names, types, defaults and the paths and addresses that follow from them.
Does not: facts about counties (assets_config/counties), sources (assets_config/sources) or anything
that opens a connection. Other modules touch os.environ only for a library or a process that takes
its settings from there.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from realestate_os.errors import RealEstateOSError

# 0 takes a free port.
Port = Annotated[int, Field(ge=0, le=65535)]

PROJECT_DIR = Path(__file__).resolve().parent.parent


class SettingsError(RealEstateOSError):
    """A setting is wrong; the message names the key and what was expected."""


class Settings(BaseSettings):
    """One field a setting; the environment variable is the field's name in capitals.

    A field without a value selects the embedded profile's part (see docs/operating.md): no
    DATABASE_URL means the embedded Postgres, no QDRANT_URL the local Qdrant, and so on.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # Places
    realestate_os_home: Path | None = None
    assets_config_dir: Path = PROJECT_DIR / "assets_config"
    templates_dir: Path = PROJECT_DIR / "templates"

    # Postgres; the embedded server is used where database_url is empty
    database_url: SecretStr | None = None
    app_database_url: SecretStr | None = None
    dagster_database_url: SecretStr | None = None
    mlflow_database_url: SecretStr | None = None
    optuna_database_url: SecretStr | None = None

    # Object store: a folder, or s3://bucket/prefix
    object_store_url: str | None = None
    s3_endpoint_url: str | None = None
    s3_access_key_id: SecretStr | None = None
    s3_secret_access_key: SecretStr | None = None
    s3_region: str = "us-east-1"

    # Qdrant, MLflow
    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = None
    mlflow_tracking_uri: str | None = None

    # Mail
    sendgrid_api_key: SecretStr | None = None
    sendgrid_host: str | None = None
    sendgrid_webhook_public_key: str | None = None
    mail_from_email: str = "deals@realestate-os.example"
    mail_from_name: str = "Real Estate OS"
    mail_postal_address: str = "100 Example Street, Suite 1, Seattle, WA 98101"
    public_base_url: HttpUrl | None = None
    unsubscribe_secret: SecretStr | None = None
    mail_max_per_run: int = Field(default=100, ge=0)
    mail_min_score: float = Field(default=60, ge=0, le=100)
    mail_repeat_after_days: int = Field(default=30, ge=0)
    packet_min_score: float = Field(default=50, ge=0, le=100)

    # Sources
    sources: Literal["sandbox", "public"] = "sandbox"
    census_api_key: SecretStr | None = None
    socrata_app_token: SecretStr | None = None
    attom_api_key: SecretStr | None = None
    crawler_contact_url: str = "https://realestate-os.example/crawler"
    http_timeout_s: float = Field(default=30, gt=0)
    http_max_body_bytes: int = Field(default=10_000_000, gt=0)
    # To one host, by all of the process; the sandbox is our own machine
    http_requests_per_s: float = Field(default=4, gt=0)
    sandbox_requests_per_s: float = Field(default=1000, gt=0)
    crawl_time_budget_s: float = Field(default=900, gt=0)
    archive_keep_days: int = Field(default=1100, ge=1)
    listings_stale_after_days: int = Field(default=2, ge=0)
    chromium_path: Path | None = None

    # Model
    sales_history_months: int = Field(default=24, ge=6)
    tuning_trials: int = Field(default=12, ge=0)
    tuning_seconds: float = Field(default=30, ge=0)
    random_seed: int = 20141

    # Ports, all on bind_host
    bind_host: str = "127.0.0.1"
    web_port: Port = 8800
    dagster_port: Port = 3000
    mlflow_port: Port = 5000
    sandbox_site_port: Port = 8801
    sandbox_records_port: Port = 8802
    sandbox_mail_port: Port = 8803

    # Logs
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool = False

    # Who runs it: the tenant of a single-tenant installation
    tenant_slug: str = Field(default="default", validation_alias=AliasChoices("tenant_slug"))

    @property
    def home(self) -> Path:
        """The data folder, var/: DAGSTER_HOME, embedded Postgres, objects, Qdrant, mails."""
        return self.realestate_os_home or default_home()

    @property
    def objects_url(self) -> str:
        """Root of the object store: a folder's path or an s3:// URL."""
        return self.object_store_url or str(self.home / "objects")

    @property
    def public_url(self) -> str:
        """Base of the links in mails, without a trailing slash."""
        url = str(self.public_base_url or f"http://{self.bind_host}:{self.web_port}")
        return url.rstrip("/")

    @property
    def origins(self) -> dict[str, str]:
        """Logical base -> where it is reached. Only the sandbox's; every other base is itself.

        Stored URLs use the logical base, so that a changed port changes no key.
        """
        if self.sources != "sandbox":
            return {}
        site = f"http://{self.bind_host}:{self.sandbox_site_port}"
        return {
            "https://fsbo.sandbox.example": site,
            "https://agents.sandbox.example": f"{site}/agents",
            "https://paper.sandbox.example": f"{site}/paper",
            "https://board.sandbox.example": f"{site}/board",
            "https://records.sandbox.example": f"http://{self.bind_host}:{self.sandbox_records_port}",
        }

    @property
    def mail_host(self) -> str:
        """SendGrid's API base: the real one with a key, else the sandbox's."""
        if self.sendgrid_host:
            return self.sendgrid_host
        if self.sendgrid_api_key:
            return "https://api.sendgrid.com"
        return f"http://{self.bind_host}:{self.sandbox_mail_port}"


def default_home() -> Path:
    """var/ beside the project; /var/lib/realestate-os when root runs it from a home folder.

    The embedded Postgres runs as its own user there and opens the folders above its data for
    reading; a home folder must not be opened.
    """
    homes = (Path("/root"), Path("/home"))
    if os.geteuid() == 0 and any(PROJECT_DIR.is_relative_to(home) for home in homes):
        return Path("/var/lib/realestate-os")
    return PROJECT_DIR / "var"


@cache
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a value is wrong; one line per key.
    """
    return load_settings()


def load_settings(**overrides: Any) -> Settings:
    """Read environment and .env; keyword arguments win. Raises SettingsError."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError("wrong setting (environment or .env): " + "; ".join(lines)) from None
