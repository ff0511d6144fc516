"""The command `sandbox` of the command line.

Belongs here: the name alone. The function lives in the sandbox, which must not import the command
line but starts by itself, too.
"""

from realestate_os.sandbox.command import sandbox

__all__ = ["sandbox"]
