"""A spider class of a source with odd needs, for test_source_kinds.py."""

from __future__ import annotations

from scrapy.http import Request

from realestate_os.discovery.archive import Kind
from realestate_os.discovery.spider import ListingSpider


class TicketSpider(ListingSpider):
    """The site wants a ticket with each request for a home."""

    def page_request(self, url: str, kind: Kind) -> Request:
        request = super().page_request(url, kind)
        return request.replace(url=f"{request.url}?ticket=7") if kind == "detail" else request
