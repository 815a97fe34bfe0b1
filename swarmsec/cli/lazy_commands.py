"""Commands that are imported when they are called, so that nobody waits for the others.

The list of commands tells what `--help` says of each; Typer reads the options of the one that is called, and of no
other. Typer coerces even a plain word by Pydantic, which takes longer to import than a scenario takes to check; what
is plain is taken here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import EnumMeta
from importlib import import_module
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Entry(NamedTuple):
    """One command, or one group of commands.

    Attributes:
        home: Its module in `swarmsec.cli` and its name there: a function, or a Typer app for a group.
        help: The first line of its docstring.
    """

    home: str
    help: str


def group_of(entries: Mapping[str, Entry]) -> type[TyperGroup]:
    """The class of a Typer group with these commands: name → entry."""

    class Lazy(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            for name, entry in entries.items():
                self.commands[name] = TyperCommand(name=name, help=entry.help)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            if not args or args[0].startswith("-"):
                return super().parse_args(ctx, args)
            own = self.params, self.add_help_option
            self.params, self.add_help_option = [], False  # None of them is given; each would be coerced.
            try:
                return super().parse_args(ctx, args)
            finally:
                self.params, self.add_help_option = own

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            return name, loaded(name, entries[name]) if name and name in entries else command, rest

    return Lazy


def loaded(name: str, entry: Entry) -> Any:
    """The command itself."""
    module, _, attribute = entry.home.partition(".")
    home = getattr(import_module(f"swarmsec.cli.{module}"), attribute)
    if isinstance(home, typer.Typer):
        return get_command(home)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name, cls=_Quick)(home)
    return get_command(app)


class _Quick(TyperCommand):
    """A command that takes plain words and flags itself, and leaves all else to Typer."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        values = self._plain(args)
        if values is None or any(_is_set(one.envvar) for one in self.params):
            return super().parse_args(ctx, args)
        ctx.params.update(values)
        ctx.args = []
        return []

    def _plain(self, args: Sequence[str]) -> dict[str, Any] | None:
        """The values of flags and plain words, which Typer would take to the same; None where there is more to it."""
        arguments = [one for one in self.params if one.param_type_name == "argument"]
        flags = {name: one.name for one in self.params if getattr(one, "is_flag", False) for name in one.opts}
        words = [word for word in args if word not in flags]
        values: dict[str, Any] = {str(flags[word]): True for word in args if word in flags}
        if any(word.startswith("-") and word != "-" for word in words) or any(one.callback for one in self.params):
            return None
        hints = get_type_hints(self.callback)
        if [hints[str(one.name)] for one in arguments] == [list[str]]:
            values |= {str(arguments[0].name): words} if words else {}
        elif len(words) > len(arguments):
            return None
        else:
            try:
                values |= {
                    str(one.name): _read(hints[str(one.name)], word)
                    for one, word in zip(arguments, words, strict=False)
                }
            except ValueError:
                return None
        return None if any(one.required and one.name not in values for one in self.params) else values


def _read(hint: Any, word: str) -> Any:
    """What a word means where `hint` stands; an optional one means the same as a required one.

    Raises:
        ValueError: It is not plain.
    """
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if kinds == [str] or (get_origin(hint) is Literal and word in kinds):
        return word
    if len(kinds) == 1 and isinstance(kinds[0], EnumMeta):
        return kinds[0](word)
    raise ValueError(word)


def _is_set(names: str | Sequence[str] | None) -> bool:
    return any(os.environ.get(name) for name in ([names] if isinstance(names, str) else names or ()))
