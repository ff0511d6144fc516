"""Reading the archive: listings parsed and validated a second, in a process of their own, and how time and memory
grow from 1,000 to 10,000 pages. No network: the archive is filled by the site's own templates.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.place import fresh_place
from realestate_os.cli.world import DEFAULT_COUNTY, today
from realestate_os.counties import load_county, zip_codes
from realestate_os.discovery.archive import Answer, PageArchive
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import PROJECT_DIR
from realestate_os.storage.identity.properties import Properties, Sighting
from realestate_os.storage.identity.register import Identified, Keys

SIZES = (1_000, 10_000)


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Each size in a process of its own, whose peak memory is then its own."""
    done = {}
    for size in sizes:
        with fresh_place() as settings:
            _fill(Path(settings.objects_url), size)
            command = [sys.executable, "-m", "benchmarks.parse", settings.objects_url]
            done[size] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        one = done[size]
        print(
            f"parse and validate {one['pages']} pages: {one['seconds']:.1f} s, {one['pages'] / one['seconds']:.0f} a "
            f"second; {one['rows']} listings, {one['refused']} set aside, peak memory {one['peak_mb']:.0f} MB",
            flush=True,
        )
    low, high = (done[size] for size in (sizes[0], sizes[-1]))
    print(
        f"  growth: {high['seconds'] / low['seconds']:.1f}x time for {high['pages'] / low['pages']:.1f}x pages",
        flush=True,
    )


def _fill(objects: Path, size: int) -> None:
    """An archive of one day: each page as the sandbox's site answers it, rendered ones as a browser leaves them."""
    from realestate_os.sandbox.site.pages import detail_page
    from realestate_os.sandbox.world import World

    day = today(DEFAULT_COUNTY)
    archive = PageArchive(ObjectStore(str(objects)))
    there = World(seed=20141, county=DEFAULT_COUNTY, listings=size, on=day).of(DEFAULT_COUNTY)
    for notice in there.notices(day):
        if notice.page == "client":
            continue
        body = detail_page(DEFAULT_COUNTY, notice, day).encode("utf-8", "surrogateescape")
        url = notice.url(DEFAULT_COUNTY)
        html = {"content-type": "text/html; charset=utf-8"}
        archive.put(DEFAULT_COUNTY, day, Answer(url, url, 200, html, body, datetime.now(UTC), "detail", "sandbox_fsbo"))


def read(objects_url: str) -> None:
    """Parse the archive; prints what it took as JSON."""
    from realestate_os.discovery.history import History
    from realestate_os.discovery.listings import Outside, listings_of_day
    from realestate_os.discovery.rules import Terms

    store, county = ObjectStore(objects_url), load_county(DEFAULT_COUNTY)
    terms = Terms(county, frozenset(zip_codes(county)), today(DEFAULT_COUNTY), 1.0)
    started = time.perf_counter()
    outside = Outside(PROJECT_DIR / "assets_config" / "sources", lambda url: url, _identify)
    found = listings_of_day(PageArchive(store), terms, History(store.parquet, county.key), outside)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {"pages": found.pages, "rows": len(found.rows), "refused": len(found.refused)}
    print(json.dumps(counts | {"seconds": seconds, "peak_mb": peak_mb}))


def _identify(homes: Sequence[Keys]) -> Identified:
    """Which home is which property, without a database: nothing was seen before."""
    seen = [Sighting(today(DEFAULT_COUNTY), address or "", apn or "") for address, apn in homes]
    properties = Properties(DEFAULT_COUNTY, seen)
    return Identified([properties.id_of(*home) for home in homes], properties, [])


if __name__ == "__main__":
    read(sys.argv[1])
