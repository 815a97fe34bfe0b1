"""Rewriting files, for `fmt` and `migrate`; or checking whether they would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from swarmsec.cli.output import hint, print_document, print_json, say
from swarmsec.errors import ExitCode, SwarmsecError
from swarmsec.files import write_atomically
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from swarmsec.authoring.files import Text


def rewrite(
    names: Sequence[str], change: Callable[[Text], str], *, schema: str, done: str, check: bool, as_json: bool
) -> int:
    """Rewrite files in place, and standard input to standard output; with `check`, only list those that would change.

    Args:
        names: Files, or `-`.
        change: A function from old text to new text.
        schema: The schema of the JSON document.
        done: The word for a changed file, such as `formatted`.
        check: Whether to write nothing.
        as_json: Whether to print a JSON document.

    Returns:
        The exit code: of the worst error; or 1 if a check found a file that would change.
    """
    from swarmsec.authoring.files import read_text

    files: list[dict[str, object]] = []
    worst = ExitCode.DONE
    for name in names:
        try:
            text = read_text(name)
            new = change(text)
        except SwarmsecError as error:
            worst = max(worst, error.exit_code)
            files.append({"file": name, "changed": False, "error": {"where": error.where, "message": error.message}})
            if not as_json:
                hint(f"swarmsec: {error}")
            continue
        changed = new != text.content
        files.append({"file": name, "changed": changed} | ({"text": new} if name == "-" and not check else {}))
        if changed and check:
            worst = max(worst, ExitCode.GATE_FAILED)
        elif changed and name != "-":
            write_atomically(Path(name), new)
        if not as_json and name == "-" and not check:
            print_document(new)
        elif not as_json and changed:
            (say if check else hint)(f"{one_line(name)}: {'would be ' if check else ''}{done}")
    if as_json:
        print_json({"schema": schema, "files": files})
    return worst
