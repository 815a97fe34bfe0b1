"""What every kind of plug-in has in common."""

from __future__ import annotations

import inspect
from dataclasses import dataclass


@dataclass(kw_only=True)
class Plugin:
    """The root of attacks, defenses, protocols and worlds: a keyword-only dataclass whose fields are its parameters.

    Fields are typed and bounded, with a unit and one line of help (see `swarmsec.parameters`), and stored unchanged
    under their own names. What a plug-in remembers between rounds it sets up in `begin`, in attributes that start
    with an underscore, so one instance can be used for one run after the other.
    """

    def check(self, n: int) -> None:
        """Refuse a swarm of `n` daemons that these parameters do not fit.

        Raises:
            ParameterError: With the parameter's name as its place, and what would be right.
        """

    @classmethod
    def overrides(cls, hook: str) -> bool:
        """Whether the class replaces a hook of the base class of its family, such as `respond` of `Defense`."""
        family = cls.__mro__[cls.__mro__.index(Plugin) - 1]
        return getattr(cls, hook) is not getattr(family, hook)

    @classmethod
    def summary(cls) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(cls) or "").partition("\n")[0]
