"""The versions of the scenario format: the current one, and older ones that `swarmsec migrate` can read."""

from __future__ import annotations

from typing import Any

CURRENT = "swarmsec/v1"
OLDER: tuple[str, ...] = ()


def is_older(version: Any) -> bool:
    """Whether `swarmsec migrate` can bring this `apiVersion` to the current one."""
    return isinstance(version, str) and version in OLDER
