"""The tables of discovery: listings, leads, and what happened to each property on the day."""

from __future__ import annotations

from realestate_os.storage.home import HOME_COLUMNS
from realestate_os.storage.schema import Column, Frame
from realestate_os.storage.vocabulary import BARGAIN_FLAGS

LISTINGS = Frame(
    "listings",
    "one property that was for sale, or known as a lead, on the date",
    (
        Column(
            "property_id",
            "string",
            "UUID5 of county and the address or parcel number of its first sighting; kept for ever",
            nullable=False,
        ),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column(
            "source", "string", "Key of the source file in assets_config/sources, or of a lead list", nullable=False
        ),
        Column("listing_key", "string", "The source's own id of the listing", nullable=False),
        Column("url", "string", "Logical URL of the page, or list and line of a lead", nullable=False),
        Column("page_sha256", "string", "Digest of the archived page or of the list it was read from", nullable=False),
        Column("fetched_at", "timestamp", "When the page was fetched or the list imported", nullable=False),
        Column(
            "read_by",
            "string",
            "jsonld, microdata, selectors or labels: how the page was read; list for a lead",
            nullable=False,
        ),
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
        Column("days_on_market", "float64", "Days since first_seen_on", "days"),
        Column("price_event", "string", "new, back, relisted, price_cut, price_rise, unchanged", nullable=False),
        Column("previous_price_usd", "float64", "Asking price of the last earlier partition that had one", "USD"),
        Column("description", "string", "The seller's text, markup removed, discriminatory phrases cut out"),
        Column("condition_claimed", "string", "renovated, good, fixer, unknown: what the text says", nullable=False),
        Column(
            "bargain_flag",
            "string",
            f"Why a low price is no bargain: {', '.join(BARGAIN_FLAGS)}; null if none",
        ),
        Column(
            "text_flags",
            "json",
            "List of phrases found: as_is, motivated, fixer, fair_housing_phrase_removed",
            nullable=False,
        ),
        Column("contact_name", "string", "Seller's name as on the page; internal use only"),
        Column("contact_phone", "string", "E.164; internal use only"),
        Column("owner_mailing_address", "string", "From a lead list; internal use only"),
        Column("liens_usd", "float64", "Open loans by a lead list, the vendor's estimate", "USD"),
        Column("completeness", "float64", "Share of the twelve core fields that are there, 0 to 1", nullable=False),
    ),
)

LEADS = Frame(
    "leads",
    "one line of an imported lead list; what a list of a later day says of the same property does not change it",
    (
        Column("list_id", "string", "Digest of the list: its bytes, its mapping, the county", nullable=False),
        Column("line", "int64", "Line of the file", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("source", "string", "Key of the kind of list, assets_config/lead_lists", nullable=False),
        Column("list_sha256", "string", "Digest of the file", nullable=False),
        Column("imported_at", "timestamp", "When it was imported", nullable=False),
        Column("seen_on", "date", "Day from which we knew it", nullable=False),
        Column("valid_until", "date", "Last day as a lead unless it is seen again", nullable=False),
        Column("complete", "bool", "The list is whole: who is not on the source's next one is off it", nullable=False),
        Column("property_id", "string", "As in listings; null where the line has a parcel number only"),
        *HOME_COLUMNS,
        Column("condition_claimed", "string", "renovated, good, fixer, unknown", nullable=False),
        Column("contact_name", "string", "Owner; internal use only; null where the county's owner_data is none"),
        Column("contact_phone", "string", "E.164; internal use only; null where the county's owner_data is none"),
        Column("owner_mailing_address", "string", "Internal use only; null where the county's owner_data is none"),
        Column("owner_occupied", "bool", "Three states: yes, no, unknown (null)"),
        Column("last_sale_date", "date", "Last sale by the list"),
        Column("liens_usd", "float64", "Open loans, the vendor's estimate", "USD"),
        Column("off_list", "bool", "The line itself says that it is a lead no more", nullable=False),
        Column("kinds_told", "json", "List of the kinds of signs that the list tells about", nullable=False),
        Column(
            "signals",
            "json",
            "List of {kind, event_date, amount_usd, detail, ended_on} found on the line",
            nullable=False,
        ),
    ),
    key=("list_id", "line"),
)

LISTING_EVENTS = Frame(
    "listing_events",
    "one thing that happened to a property's listing on the date",
    (
        Column("property_id", "string", "As in listings", nullable=False),
        Column("county", "string", "County key", nullable=False),
        Column("date", "date", "Partition date", nullable=False),
        Column("event", "string", "new, back, relisted, price_cut, price_rise, pending, active, gone", nullable=False),
        Column("listing_price_usd", "float64", "Asking price on the date; of a home that is gone, the last", "USD"),
        Column("previous_price_usd", "float64", "Asking price before", "USD"),
        Column("source", "string", "As in listings", nullable=False),
        Column("url", "string", "Logical URL of the page", nullable=False),
        Column("detail", "string", "How it is known that a home is gone"),
    ),
    key=("property_id", "event"),
)
