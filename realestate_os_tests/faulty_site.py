"""Every fault of the sandbox at once, as the drills turn them on.

Belongs here: which pages and record queries misbehave, and how. Does not: what must come of it.
"""

from __future__ import annotations

from realestate_os.sandbox.faults import Fault
from realestate_os.sandbox.server import Sandbox

HOME = r"/(?:home|listing|ad|post)/[a-z0-9-]*"
# By the end of a home's id: what passes, and (hopeless) what does not. Each counts for each page, so
# that the order of requests changes nothing.
PASSING = {"0": "status:500", "1": "status:503", "2": "truncate", "3": "slow", "4": "status:429", "5": "lost"}
HOPELESS = {"6a": "huge", "6b": "bomb", "6c": "loop", "6d": "metadata", "6e": "file", "70": "status:500"}


def misbehaving_site(sandbox: Sandbox) -> None:
    """One home's page in forty never comes, one in eight comes spoilt, three in eight come late; lists fail, too."""
    faults = sandbox.faults["site"]
    faults.clear()
    for ending, rule in HOPELESS.items():
        faults.add(Fault(rule, match=rf"{HOME}{ending}(?:\.html)?$", times=1_000, each_path=True))
    for ending, rule in PASSING.items():
        faults.add(Fault(rule, match=rf"{HOME}{ending}(?:\.html)?$", retry_after=0.1, seconds=0.2, each_path=True))
    faults.add(Fault("markup", match=rf"{HOME}8(?:\.html)?$", times=1_000, each_path=True))
    faults.add(Fault("garbage", match=rf"{HOME}9(?:\.html)?$", times=1_000, each_path=True))
    faults.add(Fault("status:429", match=r"page=\d*3$|sitemap-1", retry_after=0.5, each_path=True))
    faults.add(Fault("timeout", match=rf"{HOME}7f(?:\.html)?$", seconds=25, each_path=True))
    for rule, page in (("status:500", 2), ("truncate", 4), ("lost", 5)):  # lists, too, and the data of lists
        faults.add(Fault(rule, match=rf"(?:page|after)=\d*{page}(?:&|$)", each_path=True))


# Three failures in a row are what one query survives (it is tried four times).
OF_RECORDS = {
    r"/data/": ("status:429", "status:500", "truncate"),
    r"/Sales/.*query": ("status:503", "lost", "garbage"),
    r"/Parcels/.*query": ("error200", "slow", "timeout"),
}


def misbehaving_records(sandbox: Sandbox) -> None:
    """Each kind of fault on each service's queries; one parcel answer of wrong types, one field renamed throughout."""
    faults = sandbox.faults["records"]
    faults.clear()
    for service, rules in OF_RECORDS.items():
        for rule in rules:
            faults.add(Fault(rule, match=service, retry_after=0.2, seconds=25 if rule == "timeout" else 0.2))
    faults.add(Fault("types", match=r"/Parcels/.*query"))
    faults.add(Fault("drift", match=r"/Parcels/.*query", times=1_000))
