"""Worlds: what a swarm is in charge of, one a file. A world keeps the bill, and it alone knows the truth.

A file is found by its name; nothing imports it but `swarmsec.registry`.
"""

from __future__ import annotations

from swarmsec.worlds._base import Outcome, World, WorldView

__all__ = ["Outcome", "World", "WorldView"]
