"""Market facts, shared by all tenants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

JSONB = postgresql.JSONB(none_as_null=True)
MOMENT = sa.DateTime(timezone=True)
USD = sa.Numeric(14, 2)
EMPTY_OBJECT = sa.text("'{}'::jsonb")
EMPTY_LIST = sa.text("'[]'::jsonb")
NOW = sa.text("now()")
NEW_UUID = sa.text("gen_random_uuid()")


def upgrade() -> None:
    """Create the tables."""
    _create_prospect_queue()
    _create_property_enrichment()
    _create_field_provenance()
    _create_lead_signals()
    _create_property_scores()
    _create_ml_models()
    _create_ping()


def downgrade() -> None:
    """Drop them; their data is lost."""
    op.drop_table("ping")
    op.drop_table("ml_models")
    op.drop_table("property_scores")
    op.drop_table("lead_signals")
    op.drop_table("field_provenance")
    op.drop_table("property_enrichment")
    op.drop_table("prospect_queue")


def _create_prospect_queue() -> None:
    op.create_table(
        "prospect_queue",
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("street_address", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("city", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.Column("zip_code", sa.Text()),
        sa.Column("apn", sa.Text()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("property_type", sa.Text()),
        sa.Column("bedrooms", sa.Double()),
        sa.Column("bathrooms", sa.Double()),
        sa.Column("square_footage", sa.Double()),
        sa.Column("lot_size_sqft", sa.Double()),
        sa.Column("year_built", sa.Integer()),
        sa.Column("listing_price_usd", USD),
        sa.Column("price_basis", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("listing_status", sa.Text()),
        sa.Column("first_seen_on", sa.Date(), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("payload", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "price_basis <> 'none' OR listing_price_usd IS NULL", name=op.f("ck_prospect_queue_price_has_basis")
        ),
        sa.CheckConstraint(
            "price_basis IN ('asking', 'contract', 'auction_opening', 'down_payment', 'none')",
            name=op.f("ck_prospect_queue_price_basis"),
        ),
        sa.CheckConstraint(
            "status <> 'rejected' OR status_reason IS NOT NULL", name=op.f("ck_prospect_queue_rejected_has_reason")
        ),
        sa.CheckConstraint(
            "status IN ('new', 'ready', 'enriched', 'scored', 'packet_ready', 'rejected')",
            name=op.f("ck_prospect_queue_status"),
        ),
        sa.PrimaryKeyConstraint("property_id", name="pk_prospect_queue"),
    )
    op.create_index("ix_prospect_queue_apn", "prospect_queue", ["apn"], unique=False)
    op.create_index("ix_prospect_queue_county_as_of", "prospect_queue", ["county", "as_of"], unique=False)
    op.create_index("ix_prospect_queue_county_status", "prospect_queue", ["county", "status"], unique=False)
    op.create_index("ix_prospect_queue_zip_code", "prospect_queue", ["zip_code"], unique=False)


def _create_property_enrichment() -> None:
    op.create_table(
        "property_enrichment",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("apn", sa.Text()),
        sa.Column("assessed_value_usd", USD),
        sa.Column("market_value_usd", USD),
        sa.Column("annual_tax_usd", USD),
        sa.Column("owner_occupied", sa.Boolean()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("missing_sources", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("payload", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("status IN ('complete', 'partial', 'failed')", name=op.f("ck_property_enrichment_status")),
        sa.ForeignKeyConstraint(
            ["property_id"], ["prospect_queue.property_id"], name="fk_property_enrichment_property_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_property_enrichment"),
        sa.UniqueConstraint("property_id", "as_of", name="uq_property_enrichment_property_id_as_of"),
    )
    op.create_index("ix_property_enrichment_county_as_of", "property_enrichment", ["county", "as_of"], unique=False)


def _create_field_provenance() -> None:
    op.create_table(
        "field_provenance",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.Column("observed_at", MOMENT, nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("lost", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_field_provenance_confidence")),
        sa.ForeignKeyConstraint(
            ["property_id"], ["prospect_queue.property_id"], name="fk_field_provenance_property_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_field_provenance"),
        sa.UniqueConstraint("property_id", "as_of", "field", name="uq_field_provenance_property_id_as_of_field"),
    )


def _create_lead_signals() -> None:
    op.create_table(
        "lead_signals",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_date", sa.Date()),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("payload", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "kind IN ('absentee_owner', 'long_tenure', 'tax_delinquency',"
            " 'notice_of_default', 'probate', 'vacancy', 'code_violation')",
            name=op.f("ck_lead_signals_kind"),
        ),
        sa.CheckConstraint("expires_on >= seen_on", name=op.f("ck_lead_signals_expires_after_seen")),
        sa.ForeignKeyConstraint(["property_id"], ["prospect_queue.property_id"], name="fk_lead_signals_property_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_signals"),
        sa.UniqueConstraint(
            "property_id",
            "kind",
            "event_date",
            "source",
            name="uq_lead_signals_property_id_kind_event_date_source",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_lead_signals_kind_seen_on", "lead_signals", ["kind", "seen_on"], unique=False)


def _create_property_scores() -> None:
    op.create_table(
        "property_scores",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("property_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("listing_price_usd", USD),
        sa.Column("price_basis", sa.Text(), nullable=False),
        sa.Column("bird_dog_score", sa.Double()),
        sa.Column("score_null_reason", sa.Text()),
        sa.Column("p_deal", sa.Double()),
        sa.Column("band", sa.Text()),
        sa.Column("confidence", sa.Double()),
        sa.Column("confidence_band", sa.Text()),
        sa.Column("lead_rank", sa.Double()),
        sa.Column("value_usd", USD),
        sa.Column("value_low_90_usd", USD),
        sa.Column("value_high_90_usd", USD),
        sa.Column("posterior_value_usd", USD),
        sa.Column("arv_usd", USD),
        sa.Column("arv_low_usd", USD),
        sa.Column("arv_high_usd", USD),
        sa.Column("mao_usd", USD),
        sa.Column("net_spread_usd", USD),
        sa.Column("repair_low_usd", USD),
        sa.Column("repair_base_usd", USD),
        sa.Column("repair_high_usd", USD),
        sa.Column("score_breakdown", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("reasons", JSONB, server_default=EMPTY_LIST, nullable=False),
        sa.Column("snapshot_id", sa.Text(), nullable=False),
        sa.Column("model_name", sa.Text()),
        sa.Column("model_version", sa.Text()),
        sa.Column("model_digest", sa.Text()),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("payload", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("band IN ('excellent', 'good', 'fair', 'poor')", name=op.f("ck_property_scores_band")),
        sa.CheckConstraint(
            "confidence_band IN ('high', 'medium', 'low')", name=op.f("ck_property_scores_confidence_band")
        ),
        sa.CheckConstraint(
            "price_basis IN ('asking', 'contract', 'auction_opening', 'down_payment', 'none')",
            name=op.f("ck_property_scores_price_basis"),
        ),
        sa.CheckConstraint(
            "(bird_dog_score IS NULL) = (score_null_reason IS NOT NULL)",
            name=op.f("ck_property_scores_score_or_reason"),
        ),
        sa.CheckConstraint("bird_dog_score BETWEEN 0 AND 100", name=op.f("ck_property_scores_bird_dog_score")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_property_scores_confidence")),
        sa.CheckConstraint("p_deal BETWEEN 0 AND 1", name=op.f("ck_property_scores_p_deal")),
        sa.ForeignKeyConstraint(["property_id"], ["prospect_queue.property_id"], name="fk_property_scores_property_id"),
        sa.PrimaryKeyConstraint("id", name="pk_property_scores"),
        sa.UniqueConstraint("property_id", "as_of", name="uq_property_scores_property_id_as_of"),
    )
    op.create_index(
        "ix_property_scores_county_as_of_bird_dog_score",
        "property_scores",
        ["county", "as_of", "bird_dog_score"],
        unique=False,
    )


def _create_ml_models() -> None:
    op.create_table(
        "ml_models",
        sa.Column("id", sa.Uuid(), server_default=NEW_UUID, nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("challenger_version", sa.Text()),
        sa.Column("serving_version", sa.Text(), nullable=False),
        sa.Column("serving_reason", sa.Text(), nullable=False),
        sa.Column("metrics", JSONB, server_default=EMPTY_OBJECT, nullable=False),
        sa.Column("data_digest", sa.Text()),
        sa.Column("model_digest", sa.Text()),
        sa.Column("run_id", sa.Text()),
        sa.Column("trained_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("EXTRACT(day FROM month) = 1", name=op.f("ck_ml_models_month_is_first_day")),
        sa.PrimaryKeyConstraint("id", name="pk_ml_models"),
        sa.UniqueConstraint("county", "month", name="uq_ml_models_county_month"),
    )


def _create_ping() -> None:
    op.create_table(
        "ping",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ping"),
    )
