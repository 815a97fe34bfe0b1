"""An error in given parameters, and how values and places are written in messages."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from swarmsec.visible import one_line


class Problem(NamedTuple):
    """One error in a mapping of parameters.

    Attributes:
        path: The parameter's name, then positions or keys inside its value.
        message: What was given, and what would be right.
        hint: A suggestion such as "did you mean `mean`?"; empty if there is none.
    """

    path: tuple[str | int, ...]
    message: str
    hint: str = ""

    @property
    def of_key(self) -> bool:
        """Whether the parameter's name is wrong, rather than its value."""
        return self.message.startswith("unknown ")


def spot(path: tuple[str | int, ...], where: str = "") -> str:
    """A path in the notation of messages.

    Args:
        path: Keys and positions.
        where: The place that the path starts from, in the same notation.

    Examples:
        >>> spot(("edges", 3, 0), "network")
        'network.edges[3][0]'
    """
    for step in path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    return where


def path_of(where: str) -> tuple[str | int, ...]:
    """The inverse of `spot`.

    Examples:
        >>> path_of("network.edges[3][0]")
        ('network', 'edges', 3, 0)
    """
    return tuple(int(index) if index else key for index, key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", where))


def shown(value: Any) -> str:
    """A value in the notation of YAML, cut to 60 characters."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        text = f'"{one_line(value)}"'
    else:
        text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
