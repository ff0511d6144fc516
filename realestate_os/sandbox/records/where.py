"""The where clause that ArcGIS and SODA share: a small part of SQL.

Belongs here: parsing a clause into a predicate over rows. Does not: which fields a service has.

Supported: comparisons (= <> != < <= > >=) of a field with a text, a number, TRUE, FALSE, DATE 'x' or
TIMESTAMP 'x'; IN and NOT IN lists; BETWEEN; LIKE with % and _; IS NULL, IS NOT NULL; AND, OR, NOT;
parentheses; UPPER(field) and LOWER(field); 1=1. Nothing else.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

Row = Mapping[str, Any]
Predicate = Callable[[Row], bool]
Value = Callable[[Row], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<op><>|!=|<=|>=|=|<|>)|(?P<mark>[(),])|(?P<word>[A-Za-z_:@][\w.:@]*))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class WhereError(Exception):
    """The clause cannot be read; the message says where."""


class NoSuchFieldError(WhereError):
    """The clause names a field that the service does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no such column: {name}")
        self.name = name


def parse_where(clause: str, fields: Mapping[str, str]) -> Predicate:
    """A predicate for rows.

    fields: name -> kind ('text', 'number', 'date'). Field names and keywords ignore case. Text
    literals are turned into what the field holds; a null never satisfies a comparison.

    Raises:
        WhereError: not understood. NoSuchFieldError: unknown field.
    """
    parser = _Parser(_tokens(clause), fields)
    found = parser.either()
    if parser.peek():
        raise WhereError(f"unexpected {parser.peek()!r}")
    return found


def _tokens(clause: str) -> list[str]:
    tokens, at = [], 0
    while at < len(clause.rstrip()):
        match = _TOKEN.match(clause, at)
        if not match:
            raise WhereError(f"cannot read {clause[at : at + 20]!r} at {at}")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent: either > both > factor > comparison."""

    def __init__(self, tokens: list[str], fields: Mapping[str, str]) -> None:
        self.tokens, self.at = tokens, 0
        self.fields = {name.lower(): (name, kind) for name, kind in fields.items()}

    def peek(self) -> str:
        """The next token, or ''."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        """Consume the next token, which must be one of those expected (any if none are given)."""
        token = self.peek()
        if not token or (expected and token.upper() not in expected):
            raise WhereError(f"expected {' or '.join(expected) or 'more'}, found {token or 'the end'!r}")
        self.at += 1
        return token

    def skip(self, word: str) -> bool:
        """Consume a word if it comes next."""
        if self.peek().upper() == word:
            self.at += 1
            return True
        return False

    def either(self) -> Predicate:
        """a OR b ..."""
        parts = [self.both()]
        while self.skip("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def both(self) -> Predicate:
        """a AND b ..."""
        parts = [self.factor()]
        while self.skip("AND"):
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def factor(self) -> Predicate:
        """NOT a, (a), or a comparison."""
        if self.skip("NOT"):
            inner = self.factor()
            return lambda row: not inner(row)
        if self.skip("("):
            inner = self.either()
            self.take(")")
            return inner
        return self.comparison()

    def comparison(self) -> Predicate:
        """One test of one field."""
        value, kind = self.left()
        if self.skip("IS"):
            wanted = not self.skip("NOT")
            self.take("NULL")
            return lambda row: (value(row) is None) == wanted
        negated = self.skip("NOT")
        if self.skip("IN"):
            return _turned(self.inside(value, kind), negated)
        if self.skip("LIKE"):
            return _turned(self.like(value), negated)
        if self.skip("BETWEEN"):
            low = self.literal(kind)
            self.take("AND")
            high = self.literal(kind)
            return _turned(lambda row: (v := value(row)) is not None and low <= v <= high, negated)
        compare = _COMPARE[self.take(*_COMPARE)]
        other = self.literal(kind)
        return lambda row: (v := value(row)) is not None and compare(v, other)

    def left(self) -> tuple[Value, str]:
        """A field, UPPER(field), LOWER(field) or a number (1=1)."""
        token = self.take()
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            number = float(token)
            return lambda row: number, "number"
        if token.upper() in ("UPPER", "LOWER") and self.peek() == "(":
            self.take("(")
            inner, kind = self.left()
            self.take(")")
            change = str.upper if token.upper() == "UPPER" else str.lower
            return lambda row: None if (v := inner(row)) is None else change(str(v)), kind
        if token.lower() not in self.fields:
            raise NoSuchFieldError(token)
        name, kind = self.fields[token.lower()]
        return lambda row: row.get(name), kind

    def inside(self, value: Value, kind: str) -> Predicate:
        """(a, b, ...)"""
        self.take("(")
        items = {self.literal(kind)}
        while self.skip(","):
            items.add(self.literal(kind))
        self.take(")")
        return lambda row: value(row) in items

    def like(self, value: Value) -> Predicate:
        """A pattern with % and _."""
        literal = str(self.literal("text"))
        pattern = re.compile(re.escape(literal).replace("%", ".*").replace("_", "."), re.DOTALL)
        return lambda row: (v := value(row)) is not None and pattern.fullmatch(str(v)) is not None

    def literal(self, kind: str) -> Any:
        """A constant, turned into what the field holds."""
        token = self.take()
        if token.upper() in ("DATE", "TIMESTAMP") and self.peek().startswith("'"):
            return _as_date(self.take())
        if token.upper() in ("TRUE", "FALSE"):
            return token.upper() == "TRUE"
        if token.startswith("'"):
            text = token[1:-1].replace("''", "'")
            return _as_date(token) if kind == "date" else _as_number(text) if kind == "number" else text
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return float(token) if kind == "number" else token
        raise WhereError(f"expected a constant, found {token!r}")


def _turned(predicate: Predicate, negated: bool) -> Predicate:
    return (lambda row: not predicate(row)) if negated else predicate


def _as_date(token: str) -> date:
    text = token.strip("'")
    try:
        return datetime.fromisoformat(text.replace("Z", "")).date()
    except ValueError:
        raise WhereError(f"{text!r} is no date; expected YYYY-MM-DD, with or without a time") from None


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WhereError(f"{text!r} is no number") from None
