"""Packets: memo -> PDF -> object store."""

# Raised with every change of what a memo shows.
CODE_VERSION = "1"
