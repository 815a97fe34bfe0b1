"""Standard output and standard error of a command: any encoding is good enough, and failures have one meaning.

A character that the encoding lacks is replaced by a plain one. A failure of standard output ends the command, a failure
of standard error is ignored: progress and hints are no reason to lose results.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_PLAIN = {
    "·": "-",
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "─": "-",
    "→": "->",
    "←": "<-",
    "²": "^2",
    "½": "1/2",
    "│": "|",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "±": "+-",
    "Δ": "d",
    "▲": "^",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    **dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True)),
}
"""Characters of our own reports, and their replacements where the encoding lacks them."""

ERRORS = "swarmsec.plain"
"""The name of the error handler of encodings."""


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Replace the characters that cannot be encoded: by a plain character, or by their escape sequence."""
    assert isinstance(error, UnicodeEncodeError)
    letters = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one) or one.encode("unicode_escape").decode("ascii") for one in letters), error.end


codecs.register_error(ERRORS, _plain)


class OutputLostError(BaseException):
    """Standard output cannot be written.

    It is no `Exception`, so that neither Typer nor a command that goes on with its next scenario handles it.

    Attributes:
        error: The error of the operating system.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def closed_pipe(self) -> bool:
        """Whether the reader of a pipe has closed it, as `head` does."""
        return isinstance(self.error, BrokenPipeError)


class _Stream:
    """A text stream whose failures to write are handled.

    Args:
        stream: The stream; None if it is closed.
        required: Whether a failure ends the command; otherwise it is ignored.
    """

    def __init__(self, stream: Any, *, required: bool) -> None:
        self._closed = stream is None
        self._stream = open(os.devnull, "w", encoding="utf-8") if stream is None else stream  # noqa: SIM115
        self._required = required
        self._errors = getattr(self._stream, "errors", None)
        self.set_errors(ERRORS)

    def write(self, text: str) -> int:
        """Write text."""
        with self._handled():
            if self._closed and text:
                raise OSError(9, "it is closed")
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with self._handled():
            self._stream.flush()

    def set_errors(self, errors: str | None) -> None:
        """Set the error handler of the encoding, if the stream has one."""
        if errors and hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(errors=errors)

    def restore(self) -> None:
        """Give the stream its former error handler."""
        self.flush()
        self.set_errors(self._errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _handled(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._discard()
            if self._required:
                raise OutputLostError(error) from error

    def _discard(self) -> None:
        """Send the buffered rest nowhere, so that Python does not fail again when it ends."""
        with suppress(OSError, ValueError, AttributeError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)


def _occupy_standard_descriptors() -> None:
    """Open closed descriptors up to 2, so that no file or pipe of the command becomes a standard stream of a worker."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:  # The system gives the lowest number that is free.
        os.set_inheritable(opened, True)
    os.close(opened)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Within the block, standard output and standard error handle their failures as this module says."""
    _occupy_standard_descriptors()
    before = sys.stdout, sys.stderr
    out, err = _Stream(before[0], required=True), _Stream(before[1], required=False)
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        err.restore()
        with suppress(OutputLostError):  # The block itself flushes what must not be lost.
            out.restore()
