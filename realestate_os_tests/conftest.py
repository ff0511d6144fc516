"""Fixtures of the whole suite, and how Hypothesis runs in it."""

from __future__ import annotations

from hypothesis import settings

from realestate_os_tests.databases import database, migrated, postgres, template_database

__all__ = ["database", "migrated", "postgres", "template_database"]

# Machines are shared and noisy: an example that takes long is no failure.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
