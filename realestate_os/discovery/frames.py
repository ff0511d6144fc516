"""The table of discovery: listings."""

from __future__ import annotations

from realestate_os.storage.home import HOME_COLUMNS
from realestate_os.storage.schema import Column, Frame

LISTINGS = Frame(
    "listings",
    "one property that was for sale, or known as a lead, on the date",
    (
        Column(
            "property_id",
            "string",
            "UUID5 of county and address_key; the same property keeps it for ever",
            nullable=False,
        ),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column("source", "string", "Key of the source file in assets_config/sources", nullable=False),
        Column("listing_key", "string", "The source's own id of the listing", nullable=False),
        Column("url", "string", "Logical URL of the page", nullable=False),
        Column("page_sha256", "string", "Digest of the archived page it was read from", nullable=False),
        Column("fetched_at", "timestamp", "When the page was fetched", nullable=False),
        Column("read_by", "string", "jsonld, microdata, selectors or labels: how the page was read", nullable=False),
        *HOME_COLUMNS,
        Column("garage_spaces", "float64", "Garage", "cars"),
        Column("hoa_usd_month", "float64", "Association fee", "USD/month"),
        Column(
            "listing_price_usd", "float64", "Asking price; null for a lead or when the quoted figure is no price", "USD"
        ),
        Column("quoted_price_usd", "float64", "The figure on the page, whatever it means", "USD"),
        Column("price_basis", "string", "asking, contract, auction_opening, down_payment, none", nullable=False),
        Column("listing_status", "string", "active, pending, sold, off_market", nullable=False),
        Column("listed_on", "date", "Date on the page, if it says one"),
        Column("first_seen_on", "date", "First partition in which the property was seen", nullable=False),
        Column("days_on_market", "float64", "Days since the earlier of listed_on and first_seen_on", "days"),
        Column("price_event", "string", "new, price_cut, price_rise, relisted, unchanged", nullable=False),
        Column("previous_price_usd", "float64", "Asking price of the last earlier partition that had one", "USD"),
        Column("description", "string", "The seller's text, markup removed, discriminatory phrases cut out"),
        Column("condition_claimed", "string", "renovated, good, fixer, unknown: what the text says", nullable=False),
        Column(
            "bargain_flag",
            "string",
            "Why a low price is no bargain: auction_opening_bid, down_payment, leased_land, fractional; null if none",
        ),
        Column(
            "text_flags",
            "json",
            "List of phrases found: as_is, motivated, fixer, fair_housing_phrase_removed",
            nullable=False,
        ),
        Column("contact_name", "string", "Seller's name as on the page; internal use only"),
        Column("contact_phone", "string", "E.164; internal use only"),
        Column("completeness", "float64", "Share of the twelve core fields that are there, 0 to 1", nullable=False),
    ),
)
