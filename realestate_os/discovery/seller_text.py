"""What the seller's words mean: condition, motives, prices that are none, phrases that must not stand.

Belongs here: phrases and what follows from them. Does not: figures (values.py) or whether a listing is
kept (rules.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from realestate_os.discovery.values import money_amounts

Phrases = re.Pattern[str]

# Here the quoted figure buys less than the home.
PART_OF_THE_HOME = ("fractional", "cooperative")


def _any_of(*phrases: str) -> Phrases:
    return re.compile("|".join(rf"\b(?:{phrase})" for phrase in phrases), re.IGNORECASE)


AUCTION = _any_of(
    r"opening bid", r"starting bid", r"minimum bid", r"reserve price", r"highest bidder", r"courthouse steps",
    r"(?:foreclosure|trustee'?s?|sheriff'?s?|online|public|live) (?:auction|sale)\b",
)  # fmt: skip
LEASED_LAND = _any_of(
    r"leased land", r"land[- ]lease", r"land is (?:leased|rented)", r"land (?:is )?not included", r"ground lease",
    r"(?:space|lot|site|pad) rent\b", r"leasehold", r"home only,",
)  # fmt: skip
FRACTIONAL = _any_of(
    r"1/\d{1,2}(?:th|rd)? (?:share|interest|ownership)", r"fractional", r"time-?share", r"co-?ownership",
    r"undivided .{0,20}interest", r"partial interest", r"tenan(?:t|cy) in common",
)  # fmt: skip
COOPERATIVE = _any_of(
    r"cooperative (?:corporation|apartment|unit)", r"co-?op:", r"co-?op (?:apartment|unit|shares)",
    r"shares in (?:the|a) co", r"underlying mortgage",
)  # fmt: skip
# "Not a teardown" praises the house.
TEARDOWN = _any_of(
    r"(?<!not a )tear-?down", r"(?<!not a )scrape(?:r\b|-?off)", r"(?:at|for) (?:land|lot) value",
    r"(?:land|lot) value only", r"value (?:is )?in the (?:land|lot)",
    r"no value (?:is )?(?:given )?(?:to|in) the (?:house|home|structure|building|improvements)", r"uninhabitable",
    r"not (?:currently )?(?:habitable|livable)", r"condemned", r"house must be (?:demolished|torn down)",
)  # fmt: skip
DOWN_PAYMENT = re.compile(r"\bdown\b(?! ?payment assistance)|\bdown[- ]payment\b", re.IGNORECASE)

FIXER = _any_of(
    r"fixer", r"handyman", r"needs (?:some |a lot of |everything|work|tlc|updating|repairs)", r"(?<!not a )tear-?down",
    r"gut job", r"bring your contractor", r"diamond in the rough", r"investor special",
)  # fmt: skip
RENOVATED = _any_of(
    r"(?:completely|fully|newly|totally|recently) (?:remodell?ed|renovated|rebuilt|updated)", r"turn-?key",
    r"move-in ready", r"like new", r"nothing to do", r"gut renovat",
)  # fmt: skip
GOOD = _any_of(
    r"(?:nicely|tastefully) updated", r"well[- ](?:kept|maintained|cared)", r"very good", r"good\b(?! bones)",
    r"clean and tidy",
    r"excellent", r"updated in \d{4}", r"pride of ownership",
)  # fmt: skip
AS_IS = _any_of(r"(?:sold |selling |buy )?as[- ]is\b")
MOTIVATED = _any_of(
    r"motivated", r"must (?:sell|go)", r"priced to sell", r"relocat", r"quick (?:closing|sale)", r"estate sale",
    r"bring (?:all )?offers",
    r"divorce", r"price (?:cut|reduced)", r"need to sell",
)  # fmt: skip

# 42 U.S.C. 3604(c): no statement of a preference by race, colour, religion, sex, handicap, family or origin.
_FAITHS = r"(?:christian|catholic|jewish|muslim|hindu|mormon|islamic|protestant)"
_GROUPS = r"(?:white|black|asian|hispanic|latino|caucasian|african[- ]american|arab|immigrant|foreign)s?"
DISCRIMINATORY = _any_of(
    r"no (?:children|kids|families|infants|minors|teenagers|immigrants|foreigners|wheelchairs?)",
    r"adults? only", r"adult (?:building|community)",
    r"(?:singles|couples|professionals|christians|mature (?:person|couple)s?) only",
    r"(?:perfect|ideal|great|suitable) for (?:a |an )?" + _FAITHS,
    r"(?:ideal|perfect) for (?:singles|empty nesters|a bachelor)",
    _FAITHS + r" (?:family|families|household|home|community|neighborhood|neighbou?rs|only|preferred)",
    _GROUPS + r" (?:family|families|neighborhood|area|community|only|preferred|people)",
    r"english[- ]speak(?:ers|ing)", r"speaks? english", r"(?:must|should) speak", r"able[- ]bodied",
    r"not suitable for (?:children|kids|families|handicapped|disabled)",
    r"(?:males?|females?|men|women|ladies|gentlemen) (?:only|preferred)", r"no section 8", r"americans? only",
)  # fmt: skip


@dataclass(frozen=True)
class SellerWords:
    """What the texts of a listing say besides its figures."""

    description: str | None
    condition_claimed: str
    text_flags: list[str]
    bargain_flag: str | None


def read_words(
    description: str | None, price_text: str | None, condition: str | None, price_usd: float | None
) -> SellerWords:
    """Flags and the printable description.

    bargain_flag says why the quoted figure is not the price of a whole home to live in: one of
    vocabulary.BARGAIN_FLAGS, or None.
    """
    everything = " ".join(filter(None, (price_text, condition, description)))
    printable, removed = without_discrimination(description)
    flags = {
        "as_is": AS_IS.search(everything),
        "motivated": MOTIVATED.search(everything),
        "fixer": FIXER.search(everything),
        "fair_housing_phrase_removed": removed,
    }
    return SellerWords(
        printable,
        claimed_condition(condition, description),
        [flag for flag, found in flags.items() if found],
        bargain_flag(everything, price_text, price_usd),
    )


def claimed_condition(condition: str | None, description: str | None) -> str:
    """renovated, good, fixer or unknown; the seller's own line on the condition wins over his prose."""
    for text in filter(None, (condition, description)):
        for claim, phrases in (("fixer", FIXER), ("renovated", RENOVATED), ("good", GOOD)):
            if phrases.search(text):
                return claim
    return "unknown"


def bargain_flag(everything: str, price_text: str | None, price_usd: float | None) -> str | None:
    """Why the quoted figure is no bargain, or None."""
    if AUCTION.search(everything):
        return "auction_opening_bid"
    if _is_down_payment(everything, price_text, price_usd):
        return "down_payment"
    kinds = (
        ("fractional", FRACTIONAL),
        ("cooperative", COOPERATIVE),
        ("leased_land", LEASED_LAND),
        ("teardown", TEARDOWN),
    )
    return next((flag for flag, phrases in kinds if phrases.search(everything)), None)


def without_discrimination(text: str | None) -> tuple[str | None, bool]:
    """The text without the sentences that state a preference, and whether there were any."""
    if not text or not DISCRIMINATORY.search(text):
        return text, False
    sentences = re.split(r"(?<=[.!?;])\s+", text)
    kept = " ".join(sentence for sentence in sentences if not DISCRIMINATORY.search(sentence))
    return kept or None, True


def _is_down_payment(everything: str, price_text: str | None, price_usd: float | None) -> bool:
    """The quoted figure itself is called a down payment; "20% down" beside a full price is not that."""
    if price_text and DOWN_PAYMENT.search(price_text):
        return True
    if price_usd is None:
        return False
    for found in re.finditer(
        r"(?:\$|USD)\s*[\d,.]+\s*k?\s+down\b|down[- ]payment(?: of| is|:)?\s*\$[\d,.]+k?", everything, re.IGNORECASE
    ):
        if price_usd in money_amounts(found.group()):
            return True
    return False
