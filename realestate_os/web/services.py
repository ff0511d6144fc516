"""What the routes work with.

Belongs here: the clients that live as long as the process, and how a route gets them. Does not: routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from realestate_os.campaigns.mail_keys import MailKeys
from realestate_os.resources.database import Database
from realestate_os.resources.object_store import ObjectStore
from realestate_os.settings import Settings


@dataclass(frozen=True)
class Services:
    """Settings and clients, made once at start."""

    settings: Settings
    database: Database
    keys: MailKeys
    objects: ObjectStore


def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


WithServices = Annotated[Services, Depends(_services)]
