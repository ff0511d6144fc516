"""Where accepted mails end up: files that a person can open.

Belongs here: writing each mail as .json, .html and .txt. Does not: validation or events.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Any

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def store(folder: Path, message_id: str, body: dict[str, Any], attachments: bool = True) -> list[Path]:
    """Write a mail; one set of files a recipient block. Returns the JSON files.

    The JSON holds the whole request with attachments replaced by their file names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {part["type"]: part["value"] for part in body.get("content", []) if isinstance(part.get("type"), str)}
    named = [{**a, "content": f"see {_safe(a['filename'])}"} for a in body.get("attachments") or []]
    shown = {**body, "attachments": named} if named else body
    written = []
    for number, item in enumerate(body["personalizations"]):
        stem = f"{_safe(item['to'][0]['email'])}-{message_id}-{number}"
        path = folder / f"{stem}.json"
        path.write_text(json.dumps({**shown, "personalizations": [item]}, indent=1), encoding="utf-8")
        _write_text(folder / f"{stem}.html", contents.get("text/html"))
        _write_text(folder / f"{stem}.txt", contents.get("text/plain"))
        written.append(path)
    if attachments:
        _store_attachments(folder / f"attachments-{message_id}", body.get("attachments") or [])
    return written


def _write_text(path: Path, text: str | None) -> None:
    if text is not None:
        path.write_text(text, encoding="utf-8", errors="replace")


def _store_attachments(folder: Path, attachments: list[dict[str, Any]]) -> None:
    for attachment in attachments:
        try:
            data = base64.b64decode(attachment["content"], validate=True)
        except (binascii.Error, ValueError):
            continue  # rules.py has accepted it as SendGrid would; there is nothing to write
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _safe(attachment["filename"])).write_bytes(data)


def _safe(name: str) -> str:
    """A file name that stays in its folder."""
    return _UNSAFE.sub("_", name).lstrip(".")[:120] or "unnamed"
