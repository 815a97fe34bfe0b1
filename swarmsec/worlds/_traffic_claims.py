"""The published claims about the traffic system."""

from __future__ import annotations

from swarmsec.worlds._declarations import PublishedClaim

CLAIMS: tuple[PublishedClaim, ...] = ()
