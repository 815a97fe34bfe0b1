"""`swarmsec export`: a store of tournaments as Parquet or CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from swarmsec.cli.options import STORE, Json
from swarmsec.cli.output import print_json, say
from swarmsec.errors import ExitCode, UsageError
from swarmsec.visible import one_line


def export(
    store: Annotated[Path, typer.Argument(help="A store of tournaments.", envvar="SWARMSEC_STORE")] = STORE,
    parquet: Annotated[Path | None, typer.Option(help="Write Parquet files to this folder.", metavar="DIR")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write CSV files to this folder.", metavar="DIR")] = None,
    as_json: Json = False,
) -> int:
    """Write the tournaments, entries, runs and rounds of STORE as files for other programs."""
    from swarmsec.store import Store
    from swarmsec.store.export import to_csv, to_parquet

    if parquet is None and csv is None:
        raise UsageError("nothing to write; give --parquet DIR or --csv DIR")
    paths: list[Path] = []
    with Store.open(store, read_only=True) as opened:
        if parquet is not None:
            paths += to_parquet(opened, parquet)
        if csv is not None:
            paths += to_csv(opened, csv)
    if as_json:
        print_json({"files": [str(path) for path in paths]})
    else:
        say("\n".join(one_line(str(path)) for path in paths))
    return ExitCode.DONE
