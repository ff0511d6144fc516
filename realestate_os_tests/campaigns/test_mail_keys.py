"""Tokens are opaque and cannot be forged; the secret is made once and read by its owner alone."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate_os.campaigns.mail_keys import MailKeyError, MailKeys
from realestate_os.settings import load_settings

KEYS = MailKeys(b"k" * 32)


def test_a_token_leads_back_to_its_mail_and_to_nothing_else() -> None:
    send_id, tenant_id, packet_id = uuid4(), uuid4(), uuid4()
    token = KEYS.unsubscribe_token(send_id)
    assert KEYS.read_unsubscribe_token(token) == send_id
    assert send_id.hex not in token
    assert KEYS.read_memo_token(token) is None
    memo = KEYS.memo_token(tenant_id, packet_id)
    assert KEYS.read_memo_token(memo) == (tenant_id, packet_id)
    assert KEYS.read_unsubscribe_token(memo) is None
    assert MailKeys(b"other" * 8).read_unsubscribe_token(token) is None


@given(st.text(max_size=80))
def test_no_text_is_a_token(text: str) -> None:
    assert KEYS.read_unsubscribe_token(text) is None
    assert KEYS.read_memo_token(text) is None


@given(st.integers(0, 42), st.sampled_from("ABCabc019-_"))
def test_a_changed_token_is_worth_nothing(place: int, letter: str) -> None:
    send_id = uuid4()
    token = KEYS.unsubscribe_token(send_id)
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter carries padding bits that decode to the same bytes.
    assert KEYS.read_unsubscribe_token(changed) in ((None, send_id) if place == 42 or changed == token else (None,))


def test_addresses_are_hashed_without_case_and_spaces() -> None:
    assert KEYS.address_hmac(" Avery@Buyers.Example\n") == KEYS.address_hmac("avery@buyers.example")
    assert KEYS.address_hmac("a@b.example") != MailKeys(b"other" * 8).address_hmac("a@b.example")


def test_the_secret_is_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    settings = load_settings(realestate_os_home=tmp_path, unsubscribe_secret=None)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: MailKeys.from_settings(settings).secret, range(16)))
    path = tmp_path / "secrets" / "unsubscribe.key"
    assert made == {path.read_bytes()}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["unsubscribe.key"]


def test_a_short_secret_and_a_folder_that_cannot_be_made_are_named(tmp_path: Path) -> None:
    with pytest.raises(MailKeyError, match="UNSUBSCRIBE_SECRET"):
        MailKeys.from_settings(load_settings(unsubscribe_secret="short"))
    (tmp_path / "secrets").write_text("in the way")
    with pytest.raises(MailKeyError, match="UNSUBSCRIBE_SECRET"):
        MailKeys.from_settings(load_settings(realestate_os_home=tmp_path, unsubscribe_secret=None))


def test_the_secret_shows_in_no_repr() -> None:
    assert "kkkk" not in repr(KEYS)
    assert os.fsencode(repr(KEYS)).find(KEYS.secret) == -1
