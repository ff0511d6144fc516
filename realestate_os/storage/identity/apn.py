"""Parcel numbers: one spelling for dashes, blanks, lost zeros and the short forms of a county.

Belongs here: reading a parcel number. Does not: how an agency wants it written in a query (its source file).
"""

from __future__ import annotations

import re

from realestate_os.counties import ParcelNumber

# Programs that take a parcel number for a number drop the zeros before it; more than three have never been one's own.
MOST_LOST_ZEROS = 3
_LABEL = re.compile(
    r"^\s*(?:APN|PIN|PARCEL|FOLIO|TAX ID|TAX LOT|AIN|ACCOUNT)\s*(?:NO\.?|NUMBER|ID|#)?\s*[:#]?\s*(?=[\dA-Z]*\d)"
)
_ROUNDED = re.compile(r"\s*\d(?:\.\d+)?E\+?\d+\s*")


def clean_apn(text: object, form: ParcelNumber | None = None) -> str | None:
    """A parcel number as capital letters and digits; with the county's form, in its full length.

    None when it says nothing: empty, all the same figure (0000, 9999999), or rounded by a spreadsheet (1.42E+13).
    """
    written = str(text if text is not None else "").upper()
    if _ROUNDED.fullmatch(written):
        return None
    written = re.sub(r"^\s*(\d+)\.0\s*$", r"\1", _LABEL.sub("", written))
    apn = "".join(re.findall(r"[A-Z0-9]+", written))
    if len(set(apn)) < 2:
        return None
    return _full_length(apn, form) if form and apn.isdigit() else apn


def _full_length(apn: str, form: ParcelNumber) -> str:
    """Cook: 14-21-106-017 is 14-21-106-017-0000. King: 148000155 is 0148000155. What fits no form stays."""
    short = form.short_digits
    if short and short - MOST_LOST_ZEROS < len(apn) <= short:
        return apn.zfill(short).ljust(form.digits, "0")
    if form.digits - MOST_LOST_ZEROS <= len(apn) < form.digits:
        return apn.zfill(form.digits)
    return apn
