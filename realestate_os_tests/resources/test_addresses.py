"""No fetcher is led to a private address; the sandbox's origins are the exception."""

from __future__ import annotations

import pytest

from realestate_os.resources.addresses import ForbiddenAddressError, refuse_private, to_logical, to_origin
from realestate_os.settings import Settings

SANDBOX = Settings(sandbox_site_port=18801)
PUBLIC = Settings(sources="public")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://8.8.8.8/x",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:5432/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0.0.0.0/",
        "gopher:",
        "",
    ],
)
def test_refused(url: str) -> None:
    for settings in (SANDBOX, PUBLIC):
        with pytest.raises(ForbiddenAddressError):
            refuse_private(url, settings)


def test_allowed() -> None:
    refuse_private("https://8.8.8.8/", PUBLIC)
    refuse_private("http://127.0.0.1:18801/king_wa/homes", SANDBOX)


def test_the_sandbox_is_not_reachable_with_public_sources() -> None:
    with pytest.raises(ForbiddenAddressError):
        refuse_private("http://127.0.0.1:18801/king_wa/homes", PUBLIC)


def test_stored_urls_hold_no_port() -> None:
    called = to_origin("https://fsbo.sandbox.example/king_wa/homes?page=2", SANDBOX)
    assert called == "http://127.0.0.1:18801/king_wa/homes?page=2"
    assert to_logical(called, SANDBOX) == "https://fsbo.sandbox.example/king_wa/homes?page=2"
    assert to_origin("https://fsbo.sandbox.example.evil.test/", SANDBOX) == "https://fsbo.sandbox.example.evil.test/"
