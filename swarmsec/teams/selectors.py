"""Selectors: how a scenario selects daemons without a list.

all            every daemon
12             12 daemons, drawn at random
5%             a share of 5%, drawn at random (at least one)
[3, 9]         daemons 3 and 9
hubs           the tenth with the most listeners; with a number or share: hubs:12, hubs:5%
role=broker    all daemons with this role in the world
role=broker:20% that share of them, drawn at random; role=broker:3 that many
around:7       the daemons that daemon 7 listens to
same:NAME      those of the parameter NAME of the same attack, or of the earlier attack of the kind NAME
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from swarmsec.arrays import Daemons, Ints
from swarmsec.errors import ParameterError, PluginError, did_you_mean
from swarmsec.network import Network

Selector = int | str | list[int]
Amount = int | str
"""A number of daemons, or a share of them such as `10%`."""

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_ROLE, _HUBS, _AROUND, _SAME = "role=", "hubs", "around:", "same:"
_DEFAULT_HUBS = "10%"


def amount_of(amount: Amount, n: int) -> int:
    """The number of daemons that an amount means, of `n`; a share above 0% is at least one daemon.

    Raises:
        ParameterError: It is neither a number from 0 to n nor a share from 0% to 100%.

    Examples:
        >>> amount_of("5%", 1200), amount_of("1%", 7), amount_of(3, 7)
        (60, 1, 3)
    """
    if isinstance(amount, str) and (match := _PERCENT.fullmatch(amount.strip())):
        share = float(match[1])
        if share <= 100:
            return max(1, round(n * share / 100)) if share > 0 else 0
    count = int(amount) if isinstance(amount, int) or amount.strip().isdecimal() else -1
    if isinstance(amount, bool) or not 0 <= count <= n:
        raise ParameterError(f"{amount!r} given; must be a number from 0 to {n} daemons or a share from 0% to 100%")
    return count


def share_of(share: str, *, where: str = "") -> float:
    """A share of 0% or more, as a number.

    Raises:
        ParameterError: It is no share.

    Examples:
        >>> share_of("5%")
        0.05
    """
    match = _PERCENT.fullmatch(share.strip())
    if match is None:
        raise ParameterError(f"{share!r} given; must be a share such as 5%", where=where)
    return float(match[1]) / 100


def select(
    selector: Selector,
    *,
    network: Network,
    roles: Mapping[str, Ints],
    rng: np.random.Generator,
    same: Mapping[str, Ints] | None = None,
) -> Ints:
    """The daemons that a selector selects, ascending.

    Args:
        selector: See the module's docstring.
        network: The network of the daemons.
        roles: The roles of daemons in the world: role → daemons.
        rng: Draws daemons for a number or a share.
        same: What was selected before, by name.

    Raises:
        ParameterError: It selects no daemon, or one that does not exist.
    """
    n, same = network.n, same or {}
    if (name := same_as(selector)) is not None:
        if name not in same:
            raise ParameterError(f"nothing before is called {name!r}; {did_you_mean(name, same)}")
        return same[name]
    if isinstance(selector, str) and selector.startswith(_AROUND):
        around = network.neighbors(_daemon(selector.removeprefix(_AROUND), n))
        if not len(around) and network.m:  # Without any edge it is the placeholder of a check.
            raise ParameterError(f"{selector!r} names no daemon: that daemon listens to nobody")
        return around.copy()
    size = size_of(selector, n, roles)
    chosen: Daemons
    if isinstance(selector, list):
        chosen = np.array(selector)
    elif selector == "all":
        chosen = np.arange(n)
    elif isinstance(selector, str) and selector.startswith(_ROLE):
        role = roles[selector.removeprefix(_ROLE).partition(":")[0]]
        chosen = role if size == len(role) else rng.choice(role, size=size, replace=False)
    elif isinstance(selector, str) and selector.split(":")[0] == _HUBS:
        listeners = network.listeners
        chosen = np.argsort(-listeners, kind="stable")[:size]
    else:
        chosen = rng.choice(n, size=size, replace=False)
    return np.sort(chosen).astype(np.int32)


def needs_edges(selector: Selector) -> bool:
    """Whether the daemons that a selector selects depend on the edges of the network."""
    return isinstance(selector, str) and (selector.startswith(_AROUND) or selector.split(":")[0] == _HUBS)


def same_as(selector: Selector) -> str | None:
    """The name that a selector `same:NAME` refers to; None for all others."""
    return selector.removeprefix(_SAME) if isinstance(selector, str) and selector.startswith(_SAME) else None


def size_of(selector: Selector, n: int, roles: Mapping[str, Ints]) -> int:
    """How many of `n` daemons a selector selects, without a draw.

    Args:
        selector: See the module's docstring.
        n: The number of daemons.
        roles: The roles of daemons in the world: role → daemons.

    Raises:
        ParameterError: It selects no daemon, or one that does not exist.
    """
    if isinstance(selector, list):
        size = _count_listed(selector, n)
    elif selector == "all":
        size = n
    elif isinstance(selector, str) and selector.startswith(_ROLE):
        role, _, share = selector.removeprefix(_ROLE).partition(":")
        if role not in roles:
            raise ParameterError(f"no daemon has the role {role!r}; {did_you_mean(role, roles)}")
        size = amount_of(share or "100%", len(roles[role]))
    elif isinstance(selector, str) and selector.startswith(_AROUND):
        _daemon(selector.removeprefix(_AROUND), n)
        raise ParameterError(f"{selector!r} depends on the network")
    elif isinstance(selector, str) and selector.startswith(_SAME):
        raise ParameterError(f"{selector!r} depends on other selectors")
    elif isinstance(selector, str) and selector.split(":")[0] == _HUBS:
        size = amount_of(selector.partition(":")[2] or _DEFAULT_HUBS, n)
    elif isinstance(selector, str) and not _PERCENT.fullmatch(selector.strip()) and not selector.strip().isdecimal():
        raise ParameterError(
            f"{selector!r} given; must be all, a number, a share such as 5%, a list of daemons, hubs, role=NAME, "
            "around:DAEMON or same:NAME"
        )
    else:
        size = amount_of(selector, n)
    if not size:
        raise ParameterError(f"{selector!r} selects no daemon; for no attack set `strength: 0`")
    return size


def checked_daemons(daemons: Daemons, n: int, *, act: str, what: str = "daemons") -> Ints:
    """Check the daemons (or edges) that a plug-in gives in a call such as `blue.isolate`; in its order, each once.

    Raises:
        PluginError: One of them does not exist.
    """
    listed = np.asarray(daemons)
    if listed.ndim != 1 or (listed.size and (listed.dtype.kind not in "iu" or listed.min() < 0 or listed.max() >= n)):
        raise PluginError(f"{daemons!r} given; must be a list of {what} from 0 to {n - 1}", where=act)
    if (listed[1:] > listed[:-1]).all():
        return listed.astype(np.int32)
    _, first = np.unique(listed, return_index=True)
    return listed[np.sort(first)].astype(np.int32)


def _daemon(text: str, n: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) >= n:
        raise ParameterError(f"no daemon {text!r}; daemons are numbered from 0 to {n - 1}")
    return int(text)


def _count_listed(daemons: list[Any], n: int) -> int:
    for daemon in daemons:
        if isinstance(daemon, bool) or not isinstance(daemon, int) or not 0 <= daemon < n:
            raise ParameterError(f"no daemon {daemon!r}; daemons are numbered from 0 to {n - 1}")
    if len(set(daemons)) < len(daemons):
        raise ParameterError(f"{daemons} names a daemon twice")
    return len(daemons)
