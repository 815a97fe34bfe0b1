"""Red's budgets of a run: what the rules grant of what attacks do, and what was spent and denied."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Ints
from swarmsec.network import Joined, Network
from swarmsec.teams import Rules


class RedBudgets:
    """What red has spent of its budgets. What exceeds them is not done, and counted as denied.

    Attributes:
        feeds: (n,) the daemons whose signals were changed so far.
        denied: How often the rules refused something, by the budget's name.
    """

    def __init__(self, rules: Rules, network: Network) -> None:
        self.feeds: Bools = np.zeros(network.n + network.reserve, dtype=bool)
        self.denied = {"daemons": 0, "links": 0, "messages": 0, "copies": 0, "identities": 0}
        self._red = rules.red
        self._daemons = rules.hijack_limit(network.n)
        self._links_max = rules.link_limit(network.m)
        self._identities_max = rules.identity_limit(network.reserve)
        self._m = network.m
        self._links: Bools | None = None
        self._messages = self._copies = self._identities = 0

    @property
    def spent(self) -> dict[str, float]:
        """What was spent and denied so far, by name; the hijacked daemons are counted by the team."""
        links = 0 if self._links is None else int(np.count_nonzero(self._links))
        used = {
            "feeds": int(np.count_nonzero(self.feeds)),
            "links": links,
            "messages": self._messages,
            "copies": self._copies,
            "identities": self._identities,
        }
        denied = {f"denied_{name}": count for name, count in self.denied.items()}
        return {name: float(count) for name, count in {**used, **denied}.items()}

    def grant_daemons(self, fresh: Ints, hijacked: int) -> Ints:
        """The first of these daemons, while there is budget."""
        granted = fresh[: max(self._daemons - hijacked, 0)]
        self.denied["daemons"] += len(fresh) - len(granted)
        return granted

    def grant_messages(self, false: Bools) -> Bools:
        """The first of the false messages of an exchange, while there is budget."""
        granted = self._first(false, self._left(self._red.messages, self._messages))
        count = int(np.count_nonzero(granted))
        self._messages += count
        self.denied["messages"] += int(np.count_nonzero(false)) - count
        return granted

    def grant_copies(self, copies: Ints, sent: Ints) -> Ints:
        """(k,) the copies of messages in an exchange; those beyond what is sent anyway cost, in their order."""
        extra = np.maximum(copies.astype(np.int64) - sent, 0)
        left = self._left(self._red.copies, self._copies)
        wanted = int(extra.sum())
        if left is not None and wanted > left:
            granted = np.minimum(extra, np.maximum(left - (np.cumsum(extra) - extra), 0))
        else:
            granted = extra
        spent = int(granted.sum())
        self._copies += spent
        self.denied["copies"] += wanted - spent
        allowed: Ints = (np.minimum(copies, sent) + granted).astype(np.int32)
        return allowed

    def grant_identity(self) -> bool:
        """Whether one more identity may join."""
        granted = self._identities < self._identities_max
        self._identities += granted
        self.denied["identities"] += not granted
        return granted

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        self._m = joined.network.m
        self._links = None if self._links is None else joined.extend(self._links, False)

    def grant_links(self, edges: Ints, touched: Bools) -> Bools:
        """(k,) which of these links are cut or delayed: those that were before, and others while there is budget."""
        if not touched.any():
            return touched
        if self._links is None:
            self._links = np.zeros(self._m, dtype=bool)
        known = self._links[edges]
        granted = self._first(touched & ~known, self._links_max - int(np.count_nonzero(self._links)))
        self._links[edges[granted]] = True
        self.denied["links"] += int(np.count_nonzero(touched & ~known & ~granted))
        return touched & (known | granted)

    @staticmethod
    def _left(limit: int | None, used: int) -> int | None:
        return None if limit is None else max(limit - used, 0)

    @staticmethod
    def _first(mask: Bools, most: int | None) -> Bools:
        if most is None:
            return mask
        kept: Bools = mask & (np.cumsum(mask) <= max(most, 0))
        return kept
