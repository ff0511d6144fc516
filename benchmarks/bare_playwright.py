"""The peer of the rendered pages: Playwright alone, a few pages used again and again, nothing kept or refused.

Run as `python -m benchmarks.bare_playwright FILE_OF_URLS CHROMIUM PAGES`; prints pages and seconds as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from playwright.async_api import async_playwright

READY = "#home[data-ready=yes]"


async def render(urls: list[str], chromium: str, pages: int) -> float:
    """Seconds to render all, the browser's start left out."""
    todo = iter(urls)
    async with async_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=chromium, args=args)
        context = await browser.new_context()

        async def work() -> None:
            page = await context.new_page()
            for url in todo:
                await page.goto(url, wait_until="domcontentloaded")
                await page.wait_for_selector(READY, state="attached")
                await page.content()

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(pages)))
        seconds = time.perf_counter() - started
        await browser.close()
    return seconds


def main(path: str, chromium: str, pages: int) -> None:
    """Read the URLs, render them, print."""
    urls = Path(path).read_text(encoding="utf-8").split()
    print(json.dumps({"pages": len(urls), "seconds": asyncio.run(render(urls, chromium, pages))}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
