"""Messages between daemons: those sent in one exchange, the effect of links, and those that arrive.

Here belong the messages of one exchange (`Messages`), those that one daemon receives (`Inbox`, made only for the engine
`agents`; `arrays` reads `Messages`), the links (`Transport`), the limit of an inbox, sums over inboxes, what a defense
is shown (`as_sent`, `as_arrived`), and what hijacked daemons claim (`Claims`). Aggregation rules are in
`swarmsec.aggregation`, attacks on messages in `swarmsec.teams` and `swarmsec.swarm`.
"""

from __future__ import annotations

from swarmsec.messages.addressed import Addressed, as_messages, collect_messages
from swarmsec.messages.batch import BYTES_A_COMPONENT, Messages
from swarmsec.messages.claims import Admission, Claims
from swarmsec.messages.inbox import Inbox
from swarmsec.messages.inbox_limit import within_inbox
from swarmsec.messages.reductions import LARGEST, clip_finite, extremes, sum_one, sums
from swarmsec.messages.shown import as_arrived, as_sent
from swarmsec.messages.transport import Transport

__all__ = [
    "BYTES_A_COMPONENT",
    "LARGEST",
    "Addressed",
    "Admission",
    "Claims",
    "Inbox",
    "Messages",
    "Transport",
    "as_arrived",
    "as_messages",
    "as_sent",
    "clip_finite",
    "collect_messages",
    "extremes",
    "sum_one",
    "sums",
    "within_inbox",
]
