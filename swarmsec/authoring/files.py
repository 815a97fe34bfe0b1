"""Read and write the texts that `fmt` and `migrate` rewrite: files, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from swarmsec.errors import ScenarioError, UsageError
from swarmsec.files import open_regular
from swarmsec.scenario.yaml_tree import TEXT_BYTES_MAX


class Text(NamedTuple):
    """A text, and its name in errors."""

    label: str
    content: str


def read_text(name: str) -> Text:
    """A file's text; `-` is standard input.

    Raises:
        UsageError: It cannot be read.
        ScenarioError: It is not UTF-8, or too large for a scenario.
    """
    if name != "-" and not Path(name).exists():
        raise UsageError(f"no such file: {name}")
    try:
        if name == "-":
            content = sys.stdin.buffer.read(TEXT_BYTES_MAX + 1)
        else:
            with open_regular(Path(name)) as file:
                content = file.read(TEXT_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=name) from None
    label = "<stdin>" if name == "-" else name
    if len(content) > TEXT_BYTES_MAX:
        raise ScenarioError(f"a scenario may have at most {TEXT_BYTES_MAX:,} bytes", where=label)
    try:
        return Text(label, content.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise ScenarioError("not valid UTF-8", where=label) from None
