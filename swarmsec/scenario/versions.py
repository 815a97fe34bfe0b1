"""The versions of the format: today's, and those that `swarmsec migrate` brings to it."""

from __future__ import annotations

from typing import Any

CURRENT = "swarmsec/v1"
OLDER = ("swarmsec/v1alpha1",)


def is_older(version: Any) -> bool:
    """Whether it is an `apiVersion` that `swarmsec migrate` brings to today's."""
    return isinstance(version, str) and version in OLDER
