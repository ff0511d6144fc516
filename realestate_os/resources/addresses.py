"""Where a URL may lead: logical bases, and the refusal of private addresses.

Belongs here: the one guard that every fetcher asks (HTTP client, spiders, PDF renderer). Does not:
fetching. A scraped page can name any URL; 169.254.169.254 is the cloud's own metadata service.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings


class ForbiddenAddressError(RealEstateOSError):
    """The URL is not http(s), or leads to a private, loopback, link-local or reserved address."""


def to_origin(url: str, settings: Settings) -> str:
    """Logical URL -> the URL that is really called."""
    for base, origin in settings.origins.items():
        if url == base or url.startswith(f"{base}/"):
            return origin + url[len(base) :]
    return url


def to_logical(url: str, settings: Settings) -> str:
    """The URL that was called -> the one that is stored."""
    # The longest first: sites of the sandbox share a port, each under a path of its own.
    for base, origin in sorted(settings.origins.items(), key=lambda pair: -len(pair[1])):
        if url == origin or url.startswith(f"{origin}/"):
            return base + url[len(origin) :]
    return url


def refuse_private(url: str, settings: Settings) -> None:
    """Raise ForbiddenAddressError unless the URL is a configured origin or a public http(s) address.

    Every address that the host name resolves to must be public; a name that does not resolve is
    left to the fetcher, which fails on it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ForbiddenAddressError(f"{url[:200]}: only http and https URLs with a host are fetched")
    if f"{parts.scheme}://{parts.netloc}" in settings.origins.values():
        return
    for address in _resolve(parts.hostname):
        if not public_address(address):
            raise ForbiddenAddressError(f"{url[:200]}: leads to {address}, which is not a public address")


def public_address(address: str) -> bool:
    """Whether an IP address (v4 or v6) is one of the public Internet."""
    known = ipaddress.ip_address(address)
    return known.is_global and not known.is_multicast


def own_hosts(settings: Settings) -> set[str]:
    """Hosts of the configured origins: the only ones that may have a private address."""
    return {str(urlsplit(origin).hostname) for origin in settings.origins.values()}


def _resolve(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return []
    return [str(info[4][0]).split("%")[0] for info in found]
