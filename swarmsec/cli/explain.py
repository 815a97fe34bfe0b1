"""`swarmsec explain`: the meaning of a field, a plug-in, a parameter or a lint rule."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from swarmsec.cli.lazy_numpy import numpy_on_demand
from swarmsec.cli.options import Json, Plugins
from swarmsec.cli.output import print_json, print_report
from swarmsec.report.tables import plain_table, yaml_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from swarmsec.authoring.explain import Page

_WIDTH = 100


def explain(
    topic: Annotated[str, typer.Argument(help="rounds, attacks[0].bias, network.small_world, rules.red, SW004, lint.")],
    as_json: Json = False,
    plugins: Plugins = None,
) -> None:
    """Explain TOPIC: a field of a scenario, a plug-in, one of its parameters, or a lint rule."""
    numpy_on_demand()
    from swarmsec.authoring.explain import explain as pages_of
    from swarmsec.registry import Registry

    pages = pages_of(topic, Registry(plugins or ()))
    if as_json:
        documents = [page.to_dict() for page in pages]
        print_json(documents if len(documents) > 1 else documents[0])
        return
    print_report("\n\n".join("\n".join(_lines(page)) for page in pages))


def _lines(page: Page) -> Iterator[str]:
    yield from textwrap.wrap(f"{page.topic}  ({page.what})", _WIDTH, subsequent_indent="  ")
    yield ""
    yield from textwrap.wrap(page.summary, _WIDTH)
    if page.about:
        yield from ["", *page.about.splitlines()]
    if page.parameters:
        yield from ["", _parameter_table(page)]
    if page.example:
        yield from ["", *(f"    {line}" for line in page.example.splitlines())]
    if page.see:
        yield from ["", f"see also: {', '.join(page.see)}"]


def _parameter_table(page: Page) -> str:
    """One row per parameter, without columns that are empty in all rows."""
    rows = [
        (one.name, "required" if one.required else yaml_word(one.default), one.type, one.bounds, one.unit, one.help)
        for one in page.parameters
    ]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    return plain_table(list(zip(*columns, strict=True)), indent=0, heading=False)
