"""Fixtures of the whole suite."""

from __future__ import annotations

from realestate_os_tests.databases import database, migrated, postgres, template_database

__all__ = ["database", "migrated", "postgres", "template_database"]
