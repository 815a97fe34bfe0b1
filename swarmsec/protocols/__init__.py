"""Negotiation protocols: how signals become agreed decisions, one a file.

A file is found by its name; nothing imports it but `swarmsec.registry`.
"""

from __future__ import annotations

from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

__all__ = ["NegotiationProtocol", "ProtocolView"]
