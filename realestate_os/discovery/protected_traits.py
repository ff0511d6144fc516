"""Columns that tell age, marital status, language, ethnicity, religion or children: refused by name.

Belongs here: which names of columns mean a protected trait of a person (42 U.S.C. 3604, and what the states
add). Does not: reading files, or phrases in a seller's text (seller_text.py). The age of a house, a loan or a
listing is no trait.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Whole words of a column's name, once "OwnerAge", "owner_age" and "OWNER AGE" are all "owner age".
_TRAITS: dict[str, str] = {
    "marital status": r"marital|marriage|married|spouse|spouses|husband|wife|divorce|divorced|divorcing|divorces|"
    r"widow|widowed|widower|single (?:person|owner|female|male)|domestic partner",
    "language": r"language|languages|lang|english speaking|speaks|spoken|bilingual",
    "ethnicity": r"ethnicity|ethnic|ethnicities|ethnicgroup|race|racial|races|hispanic|latino|latina|latinx|"
    r"national(?:ity| origin)|country of (?:origin|birth)|birthplace|birth place|citizenship|citizen status|"
    r"immigrant|immigration|ancestry|tribe|tribal member|skin colou?r",
    "religion": r"religion|religions|religious|faith|church member|denomination",
    "children": r"child|children|kids?|familial|family (?:status|size|composition)|pregnan(?:t|cy)|"
    r"household (?:size|composition)|number in household|minors|dependents?",
    "sex": r"sex|gender|male|female|sexual orientation|transgender|lgbtq?",
    "disability": r"disab(?:ility|led|ilities)|handicap(?:ped)?|impairment|wheelchair",
    "age": r"dob|date of birth|birth ?dates?|birth ?days?|birth ?years?|year of birth|year born|born|"
    r"elderly|senior (?:citizen|owner|homeowner|exemption|freeze|indicator|flag)|seniors?|over ?6[05]|6[05] ?plus|"
    r"baby boomers?|millennials?|age (?:group|range|band|bracket)s?",
}
_NAMED = {trait: re.compile(rf"\b(?:{words})\b") for trait, words in _TRAITS.items()}
_AGE = re.compile(r"\bages?\b")
_OF_PERSON = (
    r"owners?|borrowers?|buyers?|sellers?|persons?|heads?|applicants?|residents?|occupants?|contacts?|taxpayers?|"
)
_OF_PERSON += r"homeowners?|household|tenants?|individual|customers?|members?"
_PERSON = re.compile(rf"\b(?:{_OF_PERSON})\b")
# Run together in lower case: "ownerage", "numberofchildren".
_TOGETHER = re.compile(rf"^(?:{_OF_PERSON})(?:[12]?)(age|sex|gender|race|dob|religion|language|ethnicity)$")
_INSIDE = {
    "children": "children",
    "religio": "religion",
    "ethnic": "ethnicity",
    "hispanic": "ethnicity",
    "nationality": "ethnicity",
    "marital": "marital status",
    "language": "language",
    "dateofbirth": "age",
    "birthdate": "age",
    "birthyear": "age",
}
_THING = re.compile(
    r"\b(?:home|house|building|bldg|property|structure|dwelling|effective|improvement|roof|loan|mortgage|"
    r"lien|list|listing|lead|record|data|account|debt|case|violation|hvac|ac|unit|condo|char|equity|delinquency|tax|mls)\b"
)


def protected_trait(column: str, *, of_homes: bool = False) -> str | None:
    """The trait that a column of this name tells of a person; None when it tells none.

    `of_homes`: the table describes homes without people (closed sales), so that a bare "age" is the home's.
    """
    name = _words(column)
    for trait, pattern in _NAMED.items():
        if pattern.search(name):
            return None if trait == "age" and _is_lien_rank(name) else trait
    squeezed = name.replace(" ", "")
    inside = next((trait for part, trait in _INSIDE.items() if part in squeezed), None)
    if inside:
        return inside
    together = _TOGETHER.fullmatch(squeezed)
    if together:
        return {"dob": "age", "gender": "sex", "race": "ethnicity"}.get(together[1], together[1])
    if not _AGE.search(name) or (of_homes and not _PERSON.search(name)):
        return None
    return None if _THING.search(name) and not _PERSON.search(name) else "age"


def protected_columns(columns: Iterable[str], *, of_homes: bool = False) -> dict[str, str]:
    """Column -> trait, of those that are refused."""
    found = {column: protected_trait(str(column), of_homes=of_homes) for column in columns}
    return {column: trait for column, trait in found.items() if trait is not None}


def _words(column: str) -> str:
    """Lower-case words: split at case, digits kept, signs as blanks."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", str(column))
    return " ".join(re.findall(r"[a-z0-9]+", split.lower()))


def _is_lien_rank(name: str) -> bool:
    """ "Senior lien" is the rank of a debt."""
    return bool(re.search(r"\bseniors?\b", name) and re.search(r"\b(?:lien|loan|mortgage|debt|position)s?\b", name))
