"""The models agree with themselves and with what the database enforces."""

from __future__ import annotations

from realestate_os.storage import tables
from realestate_os.storage.tables import SHARED_TABLES, metadata

GIVEN = {
    *("prospect_queue", "property_enrichment", "property_scores", "ml_models", "action_packets", "email_queue"),
    *("email_campaigns", "user_accounts", "tenants", "audit_log", "ping"),
    *("contacts", "deals", "suppressions", "webhook_events", "field_provenance", "lead_signals"),
    *("property_sightings", "property_aliases", "identity_reviews", "property_events"),
}


def test_all_tables_of_the_plan_are_there():
    assert set(metadata.tables) == GIVEN


def test_every_table_outside_the_shared_ones_names_its_tenant():
    for table in metadata.sorted_tables:
        names = {column.name for column in table.columns}
        if table.name in SHARED_TABLES:
            assert "tenant_id" not in names, table.name
        elif table.name not in ("tenants", "webhook_events"):
            assert not table.c.tenant_id.nullable, table.name


def test_money_is_exact_and_named_with_its_unit():
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith("_usd"):
                assert str(column.type) == "NUMERIC(14, 2)", f"{table.name}.{column.name}"
            else:
                assert "NUMERIC" not in str(column.type), f"{table.name}.{column.name}"


def test_every_moment_has_a_time_zone():
    moments = [
        c for t in metadata.sorted_tables for c in t.columns if "TIMESTAMP" in str(c.type) or "DATETIME" in str(c.type)
    ]
    assert moments
    assert all(column.type.timezone for column in moments)


def test_each_status_is_checked():
    for table in metadata.sorted_tables:
        checks = " ".join(str(c.sqltext) for c in table.constraints if hasattr(c, "sqltext"))
        for column in table.columns:
            if column.name in ("status", "plan", "role", "stage", "control", "edition", "audience", "price_basis"):
                assert f"{column.name} IN (" in checks, f"{table.name}.{column.name}"


def test_all_models_are_exported():
    assert {mapper.class_.__name__ for mapper in tables.Base.registry.mappers} <= set(tables.__all__)
