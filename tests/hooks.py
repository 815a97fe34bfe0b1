"""Checks before a commit: `python -m tests.hooks yaml FILES` and `python -m tests.hooks size FILES`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

BYTES_MAX = 500_000


def yaml(path: Path) -> str:
    """The reason why a file is not valid YAML; empty if it is valid."""
    try:
        list(YAML(typ="safe", pure=True).load_all(path.read_text(encoding="utf-8")))
    except YAMLError as error:
        return str(error)
    return ""


def size(path: Path) -> str:
    """The reason why a file is too large; empty if it is not."""
    found = path.stat().st_size
    return f"{found:,} bytes; at most {BYTES_MAX:,} are allowed" if found > BYTES_MAX else ""


CHECKS: dict[str, Callable[[Path], str]] = {"yaml": yaml, "size": size}


def main(check: str, *files: str) -> int:
    """Print each file that fails a check."""
    refused = {file: why for file in files if (why := CHECKS[check](Path(file)))}
    for file, why in refused.items():
        print(f"{file}: {why}")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
