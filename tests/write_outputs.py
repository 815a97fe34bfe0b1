"""Run the commands of the pages and write the output that they print now into the pages: `make outputs`.

A fence `console` is a command and its output; `exit=N` is its exit code, `head=N` keeps the first lines and `tail=N`
the last. Files of the page are written in its order: `yaml FILE`, `yaml +FILE` to append, `csv FILE`, and `python
plugin=FILE`. Outputs that the tests take for equal, which differ in an id or a rounded number, are left as they are.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.fences import FENCE, assert_alike, run_line, shown_by, write_files

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "docs/plugins.md",
    "docs/write-an-attack.md",
    "docs/write-a-defense.md",
    "docs/write-a-world.md",
    "docs/write-a-protocol.md",
    "scenarios/README.md",
)


def with_outputs(page: str, folder: Path) -> str:
    """The page with the outputs of its commands as they are now."""
    return FENCE.sub(lambda match: _updated(match, folder), page)


def _updated(match: re.Match[str], folder: Path) -> str:
    """The fence; one of a command with the output that it prints now."""
    kind, info, text = match[1], match[2] or "", match[3]
    write_files([(kind, info, text)], folder)
    if kind != "console":
        return match[0]
    command, _, shown = text.partition("\n")
    printed = shown_by(run_line(command, folder), info)
    try:
        assert_alike(printed, shown)
    except AssertionError:
        return f"```{kind}{' ' * bool(info)}{info}\n{command}\n{printed}\n```"
    return match[0]


def main() -> None:
    """Write every page."""
    for name in PAGES:
        page = (ROOT / name).read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            (ROOT / name).write_text(with_outputs(page, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
