"""Messages between daemons: what is sent in one exchange, what links do to it, and what arrives.

Here belong the arrays of one exchange (`Messages`), the view of one daemon's inbox, transport over links, the limit of
an inbox, and addressed messages. How a daemon combines what arrived is in `swarmsec.aggregation`; who lies is in
`swarmsec.teams`.
"""

from __future__ import annotations

from swarmsec.messages.addressed import Addressed, as_messages, collect_messages
from swarmsec.messages.admission import within_inbox
from swarmsec.messages.batch import BYTES_A_COMPONENT, Inbox, Messages
from swarmsec.messages.transport import Transport

__all__ = [
    "BYTES_A_COMPONENT",
    "Addressed",
    "Inbox",
    "Messages",
    "Transport",
    "as_messages",
    "collect_messages",
    "within_inbox",
]
