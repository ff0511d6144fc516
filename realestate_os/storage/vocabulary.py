"""The words that columns may hold, for Parquet and Postgres alike.

Belongs here: a list of words that more than one stage or both stores check. Does not: what a word follows from.
"""

PRICE_BASES = ("asking", "contract", "auction_opening", "down_payment", "none")
LISTING_STATUSES = ("active", "pending", "sold", "off_market")
CONDITIONS = ("renovated", "good", "fixer", "unknown")
# Why a low price is no bargain, by the seller's words; and what the records alone can say.
BARGAIN_FLAGS = ("auction_opening_bid", "down_payment", "fractional", "cooperative", "leased_land", "teardown")
MANUFACTURED_HOME = "manufactured_home"
ENRICHMENT_STATUSES = ("complete", "partial", "failed")
SCORE_BANDS = ("excellent", "good", "fair", "poor")
CONFIDENCE_BANDS = ("high", "medium", "low")
# Signs that an owner may sell.
SIGNAL_KINDS = (
    "absentee_owner",
    "long_tenure",
    "tax_delinquency",
    "notice_of_default",
    "probate",
    "vacancy",
    "code_violation",
)
