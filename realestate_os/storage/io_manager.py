"""The IO manager: frames between assets, as Parquet, for one partition or a range.

Belongs here: translating Dagster's contexts to ParquetStore calls. Does not: layout and checks
(parquet.py, schema.py).
"""

from __future__ import annotations

from typing import Any

from dagster import InputContext, IOManager, OutputContext

from realestate_os.storage.parquet import ParquetStore
from realestate_os.storage.schema import Frame


class Frames(dict[str, Any]):
    """Partition key -> DataFrame: what an asset hands over and what it is given."""


class ParquetIOManager(IOManager):
    """Writes and reads `Frames`. Every partition of the run must be in the output, and no other."""

    def __init__(self, frames: list[Frame], store: ParquetStore) -> None:
        """The manager of these tables in this store; an asset's table has the asset's name."""
        self._frames = {frame.name: frame for frame in frames}
        self.store = store

    def handle_output(self, context: OutputContext, obj: Frames) -> None:
        """Write each partition. Raises ValueError when the keys are not those of the run."""
        frame = self._frame(context)
        expected = set(context.asset_partition_keys)
        if set(obj) != expected:
            raise ValueError(f"{frame.name}: returned partitions {sorted(obj)}, expected {sorted(expected)}")
        for key, rows in obj.items():
            self.store.write(frame, key, rows)

    def load_input(self, context: InputContext) -> Frames:
        """Read each partition that the mapping names. Raises PartitionMissingError, SchemaError."""
        frame = self._frame(context)
        return Frames({key: self.store.read(frame, key) for key in context.asset_partition_keys})

    def _frame(self, context: InputContext | OutputContext) -> Frame:
        return self._frames[context.asset_key.path[-1]]
