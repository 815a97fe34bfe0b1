"""Negotiation protocols: how signals become agreed decisions, one a file.

A file is found by its name; nothing imports it but `swarmsec.plugins`.
"""

from __future__ import annotations

from swarmsec.protocols._base import NegotiationProtocol, ProtocolView
from swarmsec.protocols._speech import Addressed, all_spoken, as_messages

__all__ = ["Addressed", "NegotiationProtocol", "ProtocolView", "all_spoken", "as_messages"]
