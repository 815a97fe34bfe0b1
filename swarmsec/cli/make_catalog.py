"""Write `swarmsec/cli/catalog.json`: `python -m swarmsec.cli.make_catalog`, or `make catalog`."""

from __future__ import annotations

import json

from swarmsec.cli.catalog import FILE, make_catalog
from swarmsec.files import write_atomically


def catalog_text() -> str:
    """The text of the file."""
    return json.dumps(make_catalog(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


if __name__ == "__main__":
    write_atomically(FILE, catalog_text())
