"""The installation's mail secret: opaque links and keyed hashes of addresses.

Belongs here: making and reading tokens, hashing addresses, keeping the secret. Does not: what a token
allows (web/) or who is suppressed (audience.py).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from realestate_os.errors import RealEstateOSError
from realestate_os.settings import Settings

MAC_BYTES = 16  # 128 bits: a token cannot be guessed, and the link stays short
MIN_SECRET_CHARS = 32


class MailKeyError(RealEstateOSError):
    """The mail secret is missing or too short; the message names the setting."""


@dataclass(frozen=True)
class MailKeys:
    """Derived from one secret. Who changes the secret breaks the opt-out links of mails already sent
    and the match with stored suppressions: it is set once and kept."""

    secret: bytes = field(repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> MailKeys:
        """From UNSUBSCRIBE_SECRET, else from home/secrets/unsubscribe.key, which is made once.

        Raises:
            MailKeyError: the setting is too short, or the file cannot be read or made.
        """
        if settings.unsubscribe_secret is not None:
            secret = settings.unsubscribe_secret.get_secret_value()
            if len(secret) < MIN_SECRET_CHARS:
                raise MailKeyError(f"UNSUBSCRIBE_SECRET: expected at least {MIN_SECRET_CHARS} characters")
            return cls(secret.encode())
        return cls(_kept_secret(settings.home / "secrets" / "unsubscribe.key"))

    def address_hmac(self, email: str) -> str:
        """Keyed hash of an address, lower case and trimmed; outlives the erasure of the contact."""
        return self._mac("address", email.strip().lower().encode()).hex()

    def unsubscribe_token(self, send_id: UUID) -> str:
        """The opaque token of a mail's opt-out link."""
        return self._token("unsubscribe", send_id.bytes)

    def read_unsubscribe_token(self, token: str) -> UUID | None:
        """The mail that the token was made for; None if we did not make it."""
        data = self._read("unsubscribe", token, 16)
        return UUID(bytes=data) if data else None

    def memo_token(self, tenant_id: UUID, packet_id: UUID) -> str:
        """The opaque token of a link to one memo."""
        return self._token("memo", tenant_id.bytes + packet_id.bytes)

    def read_memo_token(self, token: str) -> tuple[UUID, UUID] | None:
        """(tenant, packet) that the token was made for; None if we did not make it."""
        data = self._read("memo", token, 32)
        return (UUID(bytes=data[:16]), UUID(bytes=data[16:])) if data else None

    def _mac(self, purpose: str, data: bytes) -> bytes:
        key = hmac.digest(self.secret, f"realestate-os mail {purpose}".encode(), hashlib.sha256)
        return hmac.digest(key, data, hashlib.sha256)

    def _token(self, purpose: str, data: bytes) -> str:
        signed = data + self._mac(purpose, data)[:MAC_BYTES]
        return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()

    def _read(self, purpose: str, token: str, size: int) -> bytes | None:
        try:
            signed = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            return None
        data, mac = signed[:size], signed[size:]
        right = len(data) == size and hmac.compare_digest(mac, self._mac(purpose, data)[:MAC_BYTES])
        return data if right else None


def _kept_secret(path: Path) -> bytes:
    """Read the secret; make it first where there is none. Two processes may come here at once."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path)
        return path.read_bytes()
    except OSError as error:
        raise MailKeyError(
            f"cannot keep the mail secret in {path} ({error.strerror or error}); "
            "make the folder writable or set UNSUBSCRIBE_SECRET"
        ) from error


def _write_once(path: Path) -> None:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(os.urandom(32)))
    try:
        os.link(aside, path)  # fails if another process was first: its secret stands
    except FileExistsError:
        pass
    finally:
        aside.unlink()
