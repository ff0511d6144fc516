"""Both kinds of object store: a folder, and a bucket on a real S3 endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from realestate_os.settings import Settings


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "folder":
        return Settings(realestate_os_home=tmp_path)
    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = f"test-{uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    client.create_bucket(Bucket=bucket)
    return Settings(
        realestate_os_home=tmp_path,
        object_store_url=f"s3://{bucket}/os",
        s3_endpoint_url=endpoint,
        s3_access_key_id="k",
        s3_secret_access_key="s",
    )
