"""Write whole files atomically, so that a reader never sees an incomplete one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmsec.errors import OutputError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a whole file; text in UTF-8, with its line ends unchanged.

    A byte of a path that is not UTF-8 is a lone surrogate in Python. It is written as the escape sequence that JSON has
    for it.

    An existing file keeps its mode, and a link its target. A path that is not a regular file, such as `/dev/stdout`, is
    written to directly.

    Raises:
        OutputError: It cannot be written.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with replacing(path) as unfinished:
        unfinished.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, beside `path`; the new file takes the place of `path` if the block succeeds.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        target = path.resolve()
        unfinished = target.with_name(f".{target.name}.unfinished")
        try:
            yield unfinished
            if target.exists():
                unfinished.chmod(target.stat().st_mode & 0o7777)
            os.replace(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", where=str(path)) from None
