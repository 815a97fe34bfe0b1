"""Write whole files atomically, so that a reader never sees an incomplete one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmsec.errors import OutputError, ParameterError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a whole file; text in UTF-8, with its line ends unchanged.

    An existing file keeps its mode, and a link its target. A path that is not a regular file, such as `/dev/stdout`, is
    written to directly.

    Raises:
        OutputError: It cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
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


DATA_BYTES_MAX = 1 << 28
"""The largest data file that a scenario may name."""


def content_of(path: str, *, digest: str | None = None) -> bytes:
    """The content of a data file that a scenario names.

    Args:
        path: The file.
        digest: SHA-256 that the content must have; any content unless given.

    Raises:
        ParameterError: It cannot be read, is too large, or has changed.
    """
    try:
        file = Path(path)
        if file.exists() and not file.is_file():
            raise ParameterError(f"{path} is not a regular file", where="path")
        with file.open("rb") as opened:
            content = opened.read(DATA_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError(f"{path} cannot be read: {reason}", where="path") from None
    if len(content) > DATA_BYTES_MAX:
        raise ParameterError(f"{path} has more than {DATA_BYTES_MAX:,} bytes", where="path")
    if digest is not None and digest != hashlib.sha256(content).hexdigest():
        raise ParameterError(f"{path} has changed: its content has another digest than the scenario's", where="path")
    return content
