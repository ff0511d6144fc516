"""Clients of everything outside the process; configurable.py wraps them for Dagster."""
