"""A YAML file that a person writes -> a checked model.

Belongs here: reading such a file and saying in one line what is wrong with it. Does not: which files
there are or what they mean; each has its model, and the error it raises, in the room that reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from realestate_os.errors import RealEstateOSError

Model = TypeVar("Model")


def read_yaml(path: Path, error: type[RealEstateOSError]) -> dict[str, Any]:
    """The file's keys and values; raises `error` naming file and line when it has none."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as reason:
        raise error(f"{path}: cannot be read: {reason.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as reason:
        mark = getattr(reason, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        problem = getattr(reason, "problem", None) or str(reason).splitlines()[0]
        raise error(f"{path}:{line} not valid YAML: {problem}") from None
    if not isinstance(data, dict):
        raise error(f"{path}: expected keys and values, found {type(data).__name__}")
    return data


def read_model(path: Path, model: type[Model], error: type[RealEstateOSError]) -> Model:
    """The file as its model; raises `error` naming file, keys and what was expected."""
    data = read_yaml(path, error)
    try:
        return TypeAdapter(model).validate_python(data)
    except ValidationError as wrong:
        lines = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in wrong.errors()]
        raise error(f"{path}: " + "; ".join(lines)) from None
