"""The only Rich console: it prints text as it is, without markup, emoji or control characters of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from swarmsec.visible import visible


class LiteralConsole(Console):
    """A console to which all text is data: `[red]` and `:bug:` are printed literally, control characters escaped.

    Args:
        settings: Arguments of Rich's console, apart from those on markup.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        """A string as Rich text; also called for the cells of tables."""
        return super().render_str(visible(text), **(settings | {"markup": False, "emoji": False}))

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of anything that Rich prints."""
        if isinstance(renderable, Text) and visible(renderable.plain) != renderable.plain:
            renderable = Text(visible(renderable.plain), style=renderable.style, overflow=renderable.overflow)
        return super().render(renderable, options)
