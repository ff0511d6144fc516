"""The page archive: complete or not there, each body once, damage noticed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from realestate_os.discovery.archive import Answer, ArchiveError, PageArchive
from realestate_os.resources.object_store import ObjectStore

DAY = date(2026, 11, 24)


def answer(url: str = "https://x.example/1", body: bytes = b"<p>home</p>", **more: object) -> Answer:
    facts = {
        "final_url": url,
        "status": 200,
        "headers": {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "secret=1"},
        "fetched_at": datetime(2026, 11, 24, 10, tzinfo=UTC),
        "kind": "detail",
        "source": "site",
    }
    return Answer(url=url, body=body, **{**facts, **more})  # type: ignore[arg-type]


def test_what_was_put_is_read_back(archive: PageArchive) -> None:
    page = archive.put("king_wa", DAY, answer())
    assert archive.pages("king_wa", DAY) == [page]
    assert archive.body(page) == b"<p>home</p>"
    assert page.headers == {"content-type": "text/html; charset=utf-8"}
    assert archive.pages("king_wa", date(2026, 11, 23)) == []


def test_identical_bodies_are_stored_once(archive: PageArchive, store: ObjectStore) -> None:
    for number in range(3):
        archive.put("king_wa", DAY, answer(f"https://x.example/{number}"))
    archive.put("cook_il", DAY, answer("https://x.example/0"))
    assert len(list(store.keys("archive/bodies"))) == 1
    assert len(archive.pages("king_wa", DAY)) == 3
    assert len(archive.pages("cook_il", DAY)) == 1


def test_a_body_without_its_page_is_no_page(archive: PageArchive, store: ObjectStore) -> None:
    """Killed between the two writes: the page counts as not fetched."""
    archive.put("king_wa", DAY, answer())
    for key in list(store.keys("archive/pages")):
        store.delete(key)
    assert archive.pages("king_wa", DAY) == []
    page = archive.put("king_wa", DAY, answer())
    assert archive.body(page) == b"<p>home</p>"


@pytest.mark.parametrize("damage", [b"", b"no gzip", None])
def test_a_damaged_body_is_named(archive: PageArchive, store: ObjectStore, damage: bytes | None) -> None:
    page = archive.put("king_wa", DAY, answer())
    (key,) = store.keys("archive/bodies")
    if damage is None:
        store.delete(key)
    else:
        Path(store.uri(key)).write_bytes(damage)
    with pytest.raises(ArchiveError, match=r"https://x\.example/1"):
        archive.body(page)


def test_a_swapped_body_is_noticed(archive: PageArchive, store: ObjectStore) -> None:
    first = archive.put("king_wa", DAY, answer())
    (key,) = store.keys("archive/bodies")
    archive.put("king_wa", DAY, answer("https://x.example/2", b"another"))
    (other,) = set(store.keys("archive/bodies")) - {key}
    store.put(key, store.get(other))
    with pytest.raises(ArchiveError, match="not the one"):
        archive.body(first)


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("Café".encode(), "text/html; charset=utf-8", "Café"),
        ("Café".encode("latin-1"), "text/html; charset=iso-8859-1", "Café"),
        (b"<meta charset=windows-1252>\x93x\x94", "text/html", "<meta charset=windows-1252>“x”"),
        (b"Caf\xe9 \xff\xfe", "text/html; charset=utf-8", "Caf\ufffd \ufffd\ufffd"),
        (b"x", "text/html; charset=klingon", "x"),
    ],
)
def test_encodings(archive: PageArchive, body: bytes, header: str, text: str) -> None:
    page = archive.put("king_wa", DAY, answer(body=body, headers={"content-type": header}))
    assert archive.text(page) == text
