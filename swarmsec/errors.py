"""Every error that swarmsec raises on purpose, and the exit code that each one ends the command with.

    SwarmsecError                 an error that the user can fix
    ├── UsageError                the call or the command line is invalid
    │   └── OutputError           a folder or file cannot be written
    ├── ScenarioError             a scenario is rejected
    │   ├── ParameterError        a plug-in's, topology's or rule's parameter is out of its range
    │   ├── UnknownNameError      no plug-in, scenario or topology of that name
    │   ├── TooLargeError         a scenario needs more memory than there is
    │   └── RulesError            a team exceeds its budget in the rules of engagement
    ├── PluginError               a plug-in broke its contract while the swarm ran
    │   └── NotVisibleError       it read data that its knowledge or vantage does not include
    └── ExecutorError             no worker is left: no process can be started, or the cluster is lost

Any other exception is a bug in swarmsec, and ends the command with `ExitCode.INTERNAL`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from enum import IntEnum

from swarmsec.visible import one_line


class ExitCode(IntEnum):
    """The exit codes of the command. A number never changes its meaning.

    A signal that ends the command gives 128 + its number: 129 (SIGHUP), 130 (Ctrl-C), 143 (SIGTERM).
    """

    DONE = 0
    GATE_FAILED = 1
    USAGE = 2
    SCENARIO_REJECTED = 3
    INCONCLUSIVE = 4
    PLUGIN_FAILED = 5
    INTERNAL = 70
    INTERRUPTED = 130


class SwarmsecError(Exception):
    """The base class of all errors: a message for the user, and an exit code for the shell.

    Args:
        message: The error and its correction, in one or two sentences.
        where: The place of the error: a path in the document, a file, an option. Empty if there is none.
    """

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return one_line(f"{self.where}: {self.message}" if self.where else self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.where))

    def at(self, where: str) -> SwarmsecError:
        """The same error with `where` before its place."""
        inner = self.where
        joined = f"{where}.{inner}" if inner and not inner.startswith("[") else f"{where}{inner}"
        return type(self)(self.message, where=joined)


def _rebuild(kind: type[SwarmsecError], message: str, where: str) -> SwarmsecError:
    return kind(message, where=where)


class UsageError(SwarmsecError):
    """The call or the command line is invalid."""

    exit_code = ExitCode.USAGE


class OutputError(UsageError):
    """A folder or file cannot be written."""


class ScenarioError(SwarmsecError):
    """A scenario is rejected."""

    exit_code = ExitCode.SCENARIO_REJECTED


class ParameterError(ScenarioError):
    """A parameter is unknown, of the wrong type, or out of its range."""

    others: tuple[ParameterError, ...] = ()
    """Further errors of the same parameters, which a check of a whole scenario reports as well."""

    @classmethod
    def of_several(cls, errors: Sequence[ParameterError]) -> ParameterError:
        """The first of several errors, which knows the others."""
        first, *others = errors
        first.others = tuple(others)
        return first


class UnknownNameError(ScenarioError):
    """No plug-in, scenario or topology of that name."""


class TooLargeError(ScenarioError):
    """A scenario needs more memory than there is."""


class RulesError(ScenarioError):
    """A team exceeds its budget in the rules of engagement."""


class PluginError(SwarmsecError):
    """A plug-in broke its contract while the swarm ran."""

    exit_code = ExitCode.PLUGIN_FAILED


class NotVisibleError(PluginError):
    """A plug-in read data that its knowledge or vantage does not include."""


class ExecutorError(SwarmsecError):
    """No worker is left: no process can be started, or the cluster is lost."""

    exit_code = ExitCode.USAGE


def out_of_memory(error: MemoryError) -> TooLargeError:
    """The error of a scenario for which the memory does not suffice."""
    detail = f": {error}" if str(error) else ""
    return TooLargeError(f"there is not enough memory{detail}; fewer daemons, edges, rounds or jobs need less")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelled name: the closest known one, or all of them.

    Examples:
        >>> did_you_mean("bais", ["bias", "start"])
        'did you mean `bias`?'
        >>> did_you_mean("zzz", ["bias", "start"])
        'known: bias, start'
    """
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known) or 'none'}"
