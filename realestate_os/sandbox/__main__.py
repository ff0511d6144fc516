"""python -m realestate_os.sandbox: the command `sandbox` alone, for a child process.

Belongs here: nothing but the start; it imports the command's function, not the whole command line.
"""

from __future__ import annotations

import sys

import typer

from realestate_os.errors import RealEstateOSError
from realestate_os.sandbox.command import sandbox

if __name__ == "__main__":
    try:
        typer.run(sandbox)
    except RealEstateOSError as error:
        sys.exit(f"sandbox: {error}")
