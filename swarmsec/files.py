"""Read files that others may have made, within limits; write whole files atomically.

What is read is a regular file of bounded size and nothing else: a pipe or a device would block or never end. Every
error is one sentence with the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from swarmsec.errors import OutputError, ParameterError, UsageError

JSON_BYTES_MAX = 64 << 20
JSON_DEPTH_MAX = 64
"""The deepest nesting of a JSON document; no document of swarmsec has more than 20 levels."""


@contextmanager
def open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file to read its bytes.

    Raises:
        UsageError: It is missing, is not a regular file, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError("is not a regular file", where=str(path))
        # A pipe that takes the place of the file now would be opened without waiting for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
            yield file
    except FileNotFoundError:
        raise UsageError("is missing", where=str(path)) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", where=str(path)) from None
    except ValueError as error:  # A name with a null character.
        raise UsageError(f"is no name of a file: {error}", where=str(path)) from None


def read_regular(path: Path, *, bytes_max: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        UsageError: It is missing, is not a regular file, cannot be read, or has more than `bytes_max` bytes.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(bytes_max + 1) if size <= bytes_max else b""
    if size > bytes_max or len(content) > bytes_max:
        raise UsageError(f"is too large: more than {bytes_max:,} bytes", where=str(path))
    return content


def read_utf8(path: Path, *, bytes_max: int) -> str:
    """The text of a regular file in UTF-8.

    Raises:
        UsageError: As `read_regular`, or it is not UTF-8.
    """
    try:
        return read_regular(path, bytes_max=bytes_max).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8 text", where=str(path)) from None


def read_json_mapping(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file.

    Raises:
        UsageError: As `read_utf8`; or it is not JSON, is nested too deeply, or does not contain a mapping.
    """
    try:
        found = parse_json(read_utf8(path, bytes_max=JSON_BYTES_MAX))
    except ValueError as error:
        raise UsageError(f"is not JSON: {error}", where=str(path)) from None
    if not isinstance(found, dict):
        raise UsageError("is not a mapping", where=str(path))
    return found


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text; NaN and infinite numbers, which JSON does not have, are read as Python writes them.

    Raises:
        ValueError: It is not JSON, or has more than `JSON_DEPTH_MAX` levels.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    level = [found]
    for _ in range(JSON_DEPTH_MAX):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return found
    raise ValueError(_TOO_DEEP)


_TOO_DEEP = f"it has more than {JSON_DEPTH_MAX} levels of nesting"


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

    Two processes that write the same file at once do not meet: the later one wins, and the file is whole.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        target = path.resolve()
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
        try:
            unfinished.unlink(missing_ok=True)  # Of a killed process with this number, or a link that somebody planted.
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
        content = read_regular(Path(path), bytes_max=DATA_BYTES_MAX)
    except UsageError as error:
        raise ParameterError(f"{path} {error.message}", where="path") from None
    if digest is not None and digest != hashlib.sha256(content).hexdigest():
        raise ParameterError(f"{path} has changed: its content has another digest than the scenario's", where="path")
    return content
