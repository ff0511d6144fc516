"""All tables of the application's database: SQLAlchemy 2 models, used with plain connections.

Belongs here: the list of models, `metadata` and the list of shared tables. Does not: migrations,
queries, sessions. Statements: `select(ProspectQueue.property_id).where(...)`; a bulk write goes through
`Database.upsert(connection, ProspectQueue, rows, keys)`.
"""

from realestate_os.storage.tables.base import Base
from realestate_os.storage.tables.identity import (
    PROPERTY_EVENTS,
    REVIEW_STATUSES,
    SIGHTING_ORIGINS,
    IdentityReview,
    PropertyAlias,
    PropertyEvent,
    PropertySighting,
)
from realestate_os.storage.tables.market import (
    PROSPECT_STATUSES,
    FieldProvenance,
    LeadSignal,
    MlModel,
    Ping,
    PropertyEnrichment,
    PropertyScore,
    ProspectQueue,
)
from realestate_os.storage.tables.outreach import (
    AUDIENCES,
    CAMPAIGN_STATUSES,
    CONTACT_KINDS,
    DELIVERY_STATES,
    ENGAGEMENT_STATES,
    EVENT_STATUSES,
    SEND_STATUSES,
    SUPPRESSION_REASONS,
    SUPPRESSION_STATES,
    Contact,
    EmailCampaign,
    EmailQueue,
    Suppression,
    WebhookEvent,
)
from realestate_os.storage.tables.tenancy import (
    CONTROLS,
    DEAL_STAGES,
    EDITIONS,
    PACKET_STATUSES,
    PLANS,
    ROLES,
    TENANT_STATUSES,
    ActionPacket,
    AuditLog,
    Deal,
    Tenant,
    UserAccount,
)

metadata = Base.metadata

# Market facts and bookkeeping that all tenants share; every other table is under row-level security.
SHARED_TABLES = frozenset(
    {
        "prospect_queue",
        "property_enrichment",
        "field_provenance",
        "lead_signals",
        "property_sightings",
        "property_aliases",
        "identity_reviews",
        "property_events",
        "property_scores",
        "ml_models",
        "ping",
        "alembic_version",
    }
)

__all__ = [
    "AUDIENCES",
    "CAMPAIGN_STATUSES",
    "CONTACT_KINDS",
    "CONTROLS",
    "DEAL_STAGES",
    "DELIVERY_STATES",
    "EDITIONS",
    "ENGAGEMENT_STATES",
    "EVENT_STATUSES",
    "PACKET_STATUSES",
    "PLANS",
    "PROPERTY_EVENTS",
    "PROSPECT_STATUSES",
    "REVIEW_STATUSES",
    "ROLES",
    "SEND_STATUSES",
    "SHARED_TABLES",
    "SIGHTING_ORIGINS",
    "SUPPRESSION_REASONS",
    "SUPPRESSION_STATES",
    "TENANT_STATUSES",
    "ActionPacket",
    "AuditLog",
    "Base",
    "Contact",
    "Deal",
    "EmailCampaign",
    "EmailQueue",
    "FieldProvenance",
    "IdentityReview",
    "LeadSignal",
    "MlModel",
    "Ping",
    "PropertyAlias",
    "PropertyEnrichment",
    "PropertyEvent",
    "PropertyScore",
    "PropertySighting",
    "ProspectQueue",
    "Suppression",
    "Tenant",
    "UserAccount",
    "WebhookEvent",
    "metadata",
]
