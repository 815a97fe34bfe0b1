"""The claim of a run's folder: one process writes it. A claim ends with its process, however that ends.

It is a lock of the folder itself, so that all spellings of its path and all links to it are one claim, and no other
file is left behind. Where the system has no such locks, every claim succeeds.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from swarmsec.errors import OutputError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows.
    fcntl = None

_ATTEMPTS = 10
_PAUSE_S = 0.02
"""A reader holds a shared lock for a moment, when it looks whether a run still runs."""


class FolderClaim:
    """A claim of a folder, held until `release`.

    Args:
        folder: The folder.

    Raises:
        OutputError: Another process has claimed it.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = -1
        if fcntl is None:
            return
        self._descriptor = os.open(folder, os.O_RDONLY)
        for _ in range(_ATTEMPTS):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(_PAUSE_S)
            except OSError:
                return  # A file system without locks.
        self.release()
        raise OutputError(
            "another process runs the same scenario and seeds into this folder; wait until it is done, or name "
            "another place with --out",
            where=str(folder),
        )

    def release(self) -> None:
        """End the claim; it may have ended before."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.release()


def is_claimed(folder: Path) -> bool | None:
    """Whether a process holds the claim of a folder; None if that is not known."""
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False
