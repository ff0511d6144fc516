"""SetAside: bad input with its reason, kept beside the frame that it did not enter.

Belongs here: collecting, counting and saving what a stage refuses. Does not: the rules by which it
refuses (those are the stage's).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from realestate_os.storage.schema import Column, Frame

SET_ASIDE = Frame(
    "set_aside",
    "one row, page or record that was refused",
    (
        Column("item", "string", "What was refused: a URL, an id, a line", nullable=False),
        Column("reason", "string", "Machine-readable reason, e.g. missing_address", nullable=False),
        Column("field", "string", "The field that broke the rule"),
        Column("value", "string", "Its value, at most 200 characters"),
        Column("detail", "string", "The rule in words"),
    ),
    key=(),
)


@dataclass
class SetAside:
    """What one stage refused in one partition."""

    rows: list[dict[str, str | None]] = field(default_factory=list)

    def add(
        self, item: str, reason: str, *, field: str | None = None, value: object = None, detail: str | None = None
    ) -> None:
        """Note one refusal. `reason` is a short snake_case word that counts are grouped by."""
        text = None if value is None else str(value)[:200]
        self.rows.append({"item": item, "reason": reason, "field": field, "value": text, "detail": detail})

    def counts(self) -> dict[str, int]:
        """Reason -> how many, most frequent first."""
        return dict(Counter(str(row["reason"]) for row in self.rows).most_common())

    def __len__(self) -> int:
        return len(self.rows)
