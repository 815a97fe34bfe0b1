"""Negotiation protocols: how daemons turn signals into agreed proposals. One protocol a file.

The registry finds a protocol by its file name; no other module imports it.
"""

from __future__ import annotations

from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

__all__ = ["NegotiationProtocol", "ProtocolView"]
