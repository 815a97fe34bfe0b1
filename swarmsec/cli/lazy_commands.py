"""Commands that are imported when they are called.

`--help` prints the help texts of the list of commands, and Typer reads the options of the called command alone. Typer
converts every argument by Pydantic, whose import takes longer than checking a scenario; so plain words and flags are
converted here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import EnumMeta
from importlib import import_module
from shutil import get_terminal_size
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

_HELP_TABLE_COLUMNS = 80


class Command(NamedTuple):
    """One command, or one group of commands.

    Attributes:
        home: Its module in `swarmsec.cli` and its name in it: a function, or a Typer app for a group.
        help: The first line of its docstring.
    """

    home: str
    help: str


def group_of(entries: Mapping[str, Command]) -> type[TyperGroup]:
    """The class of a Typer group with these commands, by name."""

    class Lazy(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            for name, entry in entries.items():
                self.commands[name] = TyperCommand(name=name, help=entry.help)

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            if not args or args[0].startswith("-"):
                return super().parse_args(ctx, args)
            own = self.params, self.add_help_option
            self.params, self.add_help_option = [], False  # No option of the group is given.
            try:
                return super().parse_args(ctx, args)
            finally:
                self.params, self.add_help_option = own

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            return name, loaded(name, entries[name]) if name and name in entries else command, rest

    return Lazy


def help_mode() -> Literal["rich"] | None:
    """The form of help texts: Rich's tables, or plain lines where those would shorten words."""
    return "rich" if get_terminal_size().columns >= _HELP_TABLE_COLUMNS else None


def loaded(name: str, entry: Command) -> Any:
    """Import a command."""
    module, _, attribute = entry.home.partition(".")
    home = getattr(import_module(f"swarmsec.cli.{module}"), attribute)
    if isinstance(home, typer.Typer):
        return get_command(home)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=help_mode())
    app.command(name, cls=_FastCommand)(home)
    return get_command(app)


class _FastCommand(TyperCommand):
    """A command that converts plain words and flags itself, and leaves other arguments to Typer."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        values = self._plain_values(args)
        if values is None or any(_is_set(one.envvar) for one in self.params):
            return super().parse_args(ctx, args)
        ctx.params.update(values)
        ctx.args = []
        return []

    def _plain_values(self, args: Sequence[str]) -> dict[str, Any] | None:
        """The values of flags and plain words, equal to those of Typer; None if other arguments are given."""
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
                    str(one.name): _converted(hints[str(one.name)], word)
                    for one, word in zip(arguments, words, strict=False)
                }
            except ValueError:
                return None
        return None if any(one.required and one.name not in values for one in self.params) else values


def _converted(hint: Any, word: str) -> Any:
    """A word as a value of the type `hint`, optional or not.

    Raises:
        ValueError: The type, or the word for it, needs Typer.
    """
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if kinds == [str] or (get_origin(hint) is Literal and word in kinds):
        return word
    if len(kinds) == 1 and isinstance(kinds[0], EnumMeta):
        return kinds[0](word)
    raise ValueError(word)


def _is_set(names: str | Sequence[str] | None) -> bool:
    return any(os.environ.get(name) for name in ([names] if isinstance(names, str) else names or ()))
