"""Removes the data folder: the embedded Postgres, archive, models, memos, mails, secrets.

Belongs here: stopping what runs there and the refusal to remove a folder that is not ours. For make clean-data.
"""

from __future__ import annotations

import shutil
import sys

from realestate_os.cli.hold import is_up
from realestate_os.errors import RealEstateOSError
from realestate_os.settings import PROJECT_DIR, get_settings
from realestate_os.storage.postgres_server import stop_server


def main() -> None:
    """Remove REALESTATE_OS_HOME, or say why not."""
    settings = get_settings()
    home = settings.home
    if not home.exists():
        print(f"{home} does not exist; nothing to remove")
        return
    # Both are made by the first run; a folder that lacks them may be anybody's, whatever the setting says.
    if PROJECT_DIR.is_relative_to(home) or not all((home / name).exists() for name in ("dagster.yaml", "secrets")):
        sys.exit(f"{home} does not look like a data folder of Real Estate OS; remove it by hand if it is one")
    if is_up(settings):
        sys.exit(f"realestate-os up holds {home}; stop it with Ctrl-C there, then run this again")
    if settings.database_url is None:
        stop_server(settings)
    shutil.rmtree(home)
    print(f"removed {home}")


if __name__ == "__main__":
    try:
        main()
    except RealEstateOSError as error:
        sys.exit(f"error: {error}")
