"""ObjectStore in a folder; what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from realestate_os.resources.object_store import ObjectStore, StorageError


def test_put_get_list_delete(tmp_path: Path) -> None:
    store = ObjectStore(str(tmp_path / "objects"))
    store.put("a/b/one.bin", b"1")
    store.put("a/two.bin", b"2")
    store.put("a/two.bin", b"22")
    assert store.get("a/two.bin") == b"22"
    assert list(store.keys("a")) == ["a/b/one.bin", "a/two.bin"]
    assert list(store.keys("nothing")) == []
    store.delete("a/two.bin")
    store.delete("a/two.bin")
    assert not store.exists("a/two.bin")


@pytest.mark.parametrize("key", ["../outside", "a/../../outside"])
def test_a_key_cannot_leave_the_store(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="leaves the store"):
        ObjectStore(str(tmp_path / "objects")).put(key, b"")


def test_an_unwritable_place_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError, match="OBJECT_STORE_URL"):
        ObjectStore(str(tmp_path / "file")).put("a.bin", b"1")
