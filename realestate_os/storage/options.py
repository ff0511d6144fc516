"""fsspec options of the configured object store, for Parquet and bytes alike."""

from __future__ import annotations

from typing import Any

from realestate_os.settings import Settings


def storage_options(settings: Settings) -> dict[str, Any]:
    """Nothing for a folder; endpoint, region and keys for S3."""
    if not settings.objects_url.startswith("s3://"):
        return {}
    options: dict[str, Any] = {"client_kwargs": {"region_name": settings.s3_region}}
    if settings.s3_endpoint_url:
        options["endpoint_url"] = settings.s3_endpoint_url
    if settings.s3_access_key_id and settings.s3_secret_access_key:
        options["key"] = settings.s3_access_key_id.get_secret_value()
        options["secret"] = settings.s3_secret_access_key.get_secret_value()
    return options
