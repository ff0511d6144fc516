"""The peer of the crawl: the least spider that follows a site's lists to its homes and keeps nothing.

Run as `python -m benchmarks.bare_scrapy START_URL CONCURRENCY`; prints pages, seconds and peak memory as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Request, Response


class BareSpider(scrapy.Spider):
    """List pages, next pages, detail pages."""

    name = "bare"

    def __init__(self, start_url: str) -> None:
        super().__init__()
        self.start_urls = [start_url]

    def parse(self, response: Response) -> Iterator[Request]:
        """Follow everything."""
        for link in response.css("a[href*='/home/']::attr(href), a[rel=next]::attr(href)").getall():
            yield response.follow(link)


def main(start_url: str, concurrency: int) -> None:
    """Crawl with Scrapy's own settings but for the number of requests at a time."""
    settings: dict[str, Any] = {
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": True,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, start_url=start_url)
    process.start()
    stats: Any = crawler.stats
    pages = stats.get_value("response_received_count") - 1  # robots.txt
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"pages": pages, "seconds": stats.get_value("elapsed_time_seconds"), "peak_mb": peak_mb}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
