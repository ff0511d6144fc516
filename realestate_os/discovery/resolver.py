"""Names to addresses, once, and to public ones only.

Belongs here: what a host name means to a crawl. Does not: which URLs may be asked (middlewares.py).

A hostile name server can answer "public" to the guard that asks first and "169.254.169.254" to the
connection that asks next (DNS rebinding). So the address that is connected to is the one that is judged,
in Scrapy by the reactor's resolver, in Chromium by a fixed address on its command line.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.error import DNSLookupError

from realestate_os.resources.addresses import public_address


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver (it caches for the whole crawl), which knows no private addresses."""

    own_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> PublicResolver:
        """As Scrapy makes it. OWN_HOSTS: the hosts of the configured origins, which may be private."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.own_hosts = frozenset(crawler.settings.getlist("OWN_HOSTS"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Any:
        """A Deferred of the address; fails with DNSLookupError on a private one."""
        found = super().getHostByName(name, timeout)
        if name not in self.own_hosts:
            found.addCallback(_public, name)
        return found


def _public(address: str, name: str) -> str:
    if not public_address(address):
        raise DNSLookupError(f"{name} leads to {address}, which is not a public address")
    return address


def fixed_addresses(origins: Collection[str], own_hosts: Collection[str]) -> dict[str, str]:
    """Host -> the one public address under which Chromium finds it; hosts of our own stay as they are.

    Hosts without a public address are left out and are not found at all.
    """
    fixed = {}
    for host in {str(urlsplit(origin).hostname) for origin in origins} - set(own_hosts):
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)]
        except OSError:
            continue
        if found and all(map(public_address, found)):
            fixed[host] = found[0]
    return fixed
