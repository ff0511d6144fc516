"""Column and Frame: a Parquet table described as plain data.

Belongs here: names, types, units, descriptions and the check that a DataFrame fits them. Does not:
any table's columns (each stage's frames.py has its own) or any rule about values (each stage's
checks.py). Loading this module imports neither pandas nor pyarrow: the graph is built from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from realestate_os.errors import RealEstateOSError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# float64 is also the type of whole numbers that can be missing; "json" is text that holds JSON.
Dtype = Literal["string", "float64", "int64", "bool", "date", "timestamp", "json", "float32[]"]


class SchemaError(RealEstateOSError):
    """A DataFrame does not fit its Frame; the message names the table and the columns."""


@dataclass(frozen=True)
class Column:
    """One column: name (with its unit), type, what it means, unit, source, whether it can be missing.

    low, high: the range of its values, both included; None is open. Not enforced on writing: checks do (quality.py).
    """

    name: str
    dtype: Dtype
    description: str
    unit: str = ""
    source: str = ""
    nullable: bool = True
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Frame:
    """A table: its name (that of its asset), what one row is, its columns and the key of a row."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=("property_id",))

    @property
    def ranges(self) -> dict[str, tuple[float | None, float | None]]:
        """Column -> its range, where it has one."""
        return {one.name: (one.low, one.high) for one in self.columns if (one.low, one.high) != (None, None)}

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def arrow_schema(self) -> pa.Schema:
        """The schema of the Parquet file."""
        import pyarrow as pa

        return pa.schema([pa.field(c.name, _arrow_type(c.dtype), nullable=c.nullable) for c in self.columns])

    def empty(self) -> pd.DataFrame:
        """No rows, all columns, right types."""
        frame: pd.DataFrame = self.arrow_schema().empty_table().to_pandas()
        return frame

    def to_arrow(self, frame: pd.DataFrame) -> pa.Table:
        """Check a DataFrame and convert it; column order is the Frame's, the index is dropped.

        Raises:
            SchemaError: a column is missing, unknown or of another type; a required value is missing;
                two rows have the same key.
        """
        import pyarrow as pa

        missing, unknown = sorted(set(self.names) - set(frame)), sorted(set(frame) - set(self.names))
        if missing or unknown:
            raise SchemaError(f"{self.name}: missing columns {missing}, unknown columns {unknown}")
        if self.key and frame.duplicated(list(self.key)).any():
            twice = frame.loc[frame.duplicated(list(self.key)), list(self.key)].iloc[0].to_dict()
            raise SchemaError(f"{self.name}: key {self.key} stands twice, first {twice}")
        arrays = []
        for column in self.columns:
            try:
                array = pa.Array.from_pandas(frame[column.name], type=_arrow_type(column.dtype))
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
                raise SchemaError(f"{self.name}.{column.name}: expected {column.dtype}: {error}") from None
            if array.null_count and not column.nullable:
                raise SchemaError(f"{self.name}.{column.name}: {array.null_count} of {len(array)} values are missing")
            arrays.append(array)
        return pa.Table.from_arrays(arrays, schema=self.arrow_schema())

    def check(self, table: pa.Table, where: str) -> pa.Table:
        """Check a table that was read; raises SchemaError when the file has another schema."""
        expected = self.arrow_schema()
        if not table.schema.equals(expected):
            wrong = [f.name for f in expected if f.name not in table.schema.names or table.schema.field(f.name) != f]
            extra = sorted(set(table.schema.names) - set(self.names))
            raise SchemaError(
                f"{where}: not a {self.name} of this version (wrong {wrong}, extra {extra}); materialize it again"
            )
        return table


def _arrow_type(dtype: Dtype) -> pa.DataType:
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "json": pa.string(),
        "float64": pa.float64(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "float32[]": pa.list_(pa.float32()),
    }
    return types[dtype]
