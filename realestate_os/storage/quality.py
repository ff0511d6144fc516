"""Rules about the values of a table, and the verdict of a check.

Belongs here: ranges, allowed values and ordered columns as plain data, their check by Pandera, and
the form in which every check answers. Does not: any table's rules (each stage's checks.py), types,
nulls and keys (schema.py refuses them before a file is written), or Dagster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from realestate_os.storage.schema import Frame

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

Number = float | None


@dataclass(frozen=True)
class Verdict:
    """What a check found in one partition: whether it passed, in words, its figures, the rows at fault."""

    passed: bool
    description: str
    figures: Mapping[str, Any]
    failing: pd.DataFrame


@dataclass(frozen=True)
class Rules:
    """What holds for the values of a table that is right; a missing value breaks none of them.

    Attributes:
        ranges: column -> lowest and highest value, both included; None is open.
        allowed: column -> its values.
        ordered: columns that never fall from left to right, such as the ends of an interval.
    """

    ranges: Mapping[str, tuple[Number, Number]] = field(default_factory=dict)
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: tuple[tuple[str, ...], ...] = ()


def check_table(frame: Frame, rules: Rules, rows: pd.DataFrame) -> Verdict:
    """Check a table's values; the rows at fault come with the rule they break.

    Returns:
        A verdict whose `failing` has the frame's key columns, `rule` and `value`, one row a fault.
    """
    import pandas as pd
    from pandera.errors import SchemaErrors

    faults = pd.DataFrame(columns=[*frame.key, "rule", "value"])
    try:
        pandera_schema(rules).validate(rows.reset_index(drop=True), lazy=True)
    except SchemaErrors as error:
        faults = _faults(frame, rows.reset_index(drop=True), error.failure_cases)
    broken = faults["rule"].value_counts().to_dict()
    said = "; ".join(f"{rule}: {count}" for rule, count in broken.items()) or "every value is within its rules"
    return Verdict(not broken, f"{frame.name}: {said}", {"rows": len(rows), "faults": len(faults)}, faults)


def pandera_schema(rules: Rules) -> pa.DataFrameSchema:
    """The rules as a Pandera schema; names of checks are what a person reads."""
    import pandera.pandas as pa

    checks: dict[str, list[pa.Check]] = {}
    for name, (low, high) in rules.ranges.items():
        if low is not None:
            checks.setdefault(name, []).append(pa.Check.ge(low, error=f"{name} at least {low:g}"))
        if high is not None:
            checks.setdefault(name, []).append(pa.Check.le(high, error=f"{name} at most {high:g}"))
    for name, values in rules.allowed.items():
        checks.setdefault(name, []).append(pa.Check.isin(values, error=f"{name} is one of {', '.join(values)}"))
    columns = {name: pa.Column(checks=found, nullable=True) for name, found in checks.items()}
    return pa.DataFrameSchema(columns, checks=[_rising(*pair) for names in rules.ordered for pair in pairwise(names)])


def _rising(lower: str, upper: str) -> pa.Check:
    import pandera.pandas as pa

    def holds(rows: pd.DataFrame) -> pd.Series:
        return ~(rows[lower] > rows[upper])

    return pa.Check(holds, name=f"{lower} not above {upper}", ignore_na=False)


def _faults(frame: Frame, rows: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Pandera's cases as key, rule, value; a rule about two columns comes once a column and is told once."""
    cases = cases.dropna(subset=["index"]).drop_duplicates(["index", "check"])
    at_fault = rows.loc[cases["index"].astype(int), list(frame.key)].reset_index(drop=True)
    return at_fault.assign(rule=cases["check"].to_numpy(), value=cases["failure_case"].astype(str).to_numpy())
