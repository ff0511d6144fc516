"""Files that a person writes: what is wrong with one is said in one line, with file and key or line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from realestate_os.errors import RealEstateOSError
from realestate_os.yaml_files import read_model


class PaintError(RealEstateOSError):
    """The error of the room that reads the file."""


class Paint(BaseModel):
    colour: str
    coats: int


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"colour: red\ncoats: many\n", "paint.yaml: coats: Input should be a valid integer"),
        (b"{}\n", "paint.yaml: colour: Field required; coats: Field required"),
        (b"colour: red\ncoats: [\n", "paint.yaml: line 3: not valid YAML"),
        (b"colour: \xff\n", "paint.yaml: not valid YAML: 'utf-8' codec"),
        (b"- red\n", "paint.yaml: expected keys and values, found list"),
        (b"", "paint.yaml: expected keys and values, found NoneType"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "paint.yaml"
    path.write_bytes(content)
    with pytest.raises(PaintError) as caught:
        read_model(path, Paint, PaintError)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PaintError, match=r"paint\.yaml: cannot be read: No such file"):
        read_model(tmp_path / "paint.yaml", Paint, PaintError)


def test_a_right_file_is_its_model(tmp_path: Path) -> None:
    path = tmp_path / "paint.yaml"
    path.write_text("colour: red\ncoats: 2\n")
    assert read_model(path, Paint, PaintError) == Paint(colour="red", coats=2)
