"""Names of files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from realestate_os.packets.make import SLUG_CHARS, slug


@given(text=st.text(max_size=200))
def test_a_slug_is_safe_as_a_file_name_whatever_the_address_says(text: str) -> None:
    made = slug(text)
    assert len(made) <= SLUG_CHARS and set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-") and not made.endswith("-")


def test_slugs() -> None:
    assert slug("1417 E Howell St #2 98122") == "1417-e-howell-st-2-98122"
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("Avenida Peña 5") == "avenida-pena-5"
