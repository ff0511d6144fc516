"""The base of every error whose message is meant for a person.

Belongs here: the base class alone. Each module defines its own errors beside the code that raises
them. The command line prints these as one line without a traceback; anything else is a bug.
"""


class RealEstateOSError(Exception):
    """Something outside the code is wrong; the message says what, and what to do next."""
