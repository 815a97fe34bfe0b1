"""Export a store to CSV files, or to Parquet files if pyarrow is installed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from swarmsec.errors import OutputError, UsageError
from swarmsec.files import replacing
from swarmsec.store.store import Store
from swarmsec.store.tables import NAMES, RunRounds, rounds_of, table
from swarmsec.visible import csv_cell

_MISSING = "Parquet needs the optional package pyarrow: pip install 'swarmsec[export]'; or export --csv"


def to_csv(store: Store, folder: Path) -> list[Path]:
    """Write every table as a CSV file with a header; missing values are empty fields.

    Args:
        store: The store.
        folder: The folder of the files, created if missing. Existing files of these names are replaced atomically.

    Raises:
        OutputError: A file cannot be written.
    """

    def write(name: str, path: Path) -> None:
        columns, rows = table(store, name)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(map(csv_cell, columns))
            writer.writerows([csv_cell(value) for value in row] for row in rows)

    return _write_files(folder, ".csv", write)


def to_parquet(store: Store, folder: Path) -> list[Path]:
    """Write every table as a Parquet file.

    Args:
        store: The store.
        folder: The folder of the files, created if missing. Existing files of these names are replaced atomically.

    Raises:
        UsageError: pyarrow is not installed.
        OutputError: A file cannot be written.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise UsageError(_MISSING, where="--parquet") from None

    def write(name: str, path: Path) -> None:
        if name != "rounds":
            parquet.write_table(arrow_table(store, name), path)
            return
        with parquet.ParquetWriter(path, rounds_schema()) as writer:
            for one in rounds_of(store):
                writer.write_batch(rounds_batch(one))

    return _write_files(folder, ".parquet", write)


def arrow_table(store: Store, name: str) -> Any:
    """One of the four tables as a `pyarrow.Table`."""
    import pyarrow

    if name == "rounds":
        return pyarrow.Table.from_batches(map(rounds_batch, rounds_of(store)), rounds_schema())
    types = {"text": pyarrow.string(), "int": pyarrow.int64(), "real": pyarrow.float64()}
    columns, rows = table(store, name)
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pyarrow.array(one, types[kind]) for one, kind in zip(values, columns.values(), strict=True)]
    return pyarrow.Table.from_arrays(arrays, names=list(columns))


def rounds_schema() -> Any:
    """The `pyarrow.Schema` of the table `rounds`: runs and metrics are dictionary-encoded."""
    import pyarrow

    words = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    return pyarrow.schema({"run": words, "metric": words, "round": pyarrow.int32(), "value": pyarrow.float64()})


def rounds_batch(one: RunRounds) -> Any:
    """The rounds of a run as a `pyarrow.RecordBatch` of the table `rounds`."""
    import pyarrow

    metrics, rounds = one.values.shape
    which = np.repeat(np.arange(metrics, dtype=np.int32), rounds)
    columns = [
        pyarrow.DictionaryArray.from_arrays(np.zeros_like(which), pyarrow.array([one.run])),
        pyarrow.DictionaryArray.from_arrays(which, pyarrow.array(list(one.metrics))),
        np.tile(np.arange(rounds, dtype=np.int32), metrics),
        one.values.ravel(),
    ]
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(column) for column in columns], schema=rounds_schema())


def _write_files(folder: Path, suffix: str, write: Callable[[str, Path], None]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(folder)) from None
    paths = [folder / (name + suffix) for name in NAMES]
    for name, path in zip(NAMES, paths, strict=True):
        with replacing(path) as unfinished:
            write(name, unfinished)
    return paths
