"""A network from a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.files import content_of
from swarmsec.network._network import Network
from swarmsec.network.graph_files import Format, read_graph, shown
from swarmsec.network.topologies._base import DAEMONS_MAX, Daemons, Topology
from swarmsec.parameters import Help, MinLen

Policy = Literal["refuse", "drop"]


@dataclass(kw_only=True)
class File(Topology):
    """The graph of a file: an edge list (CSV or separated by spaces), GraphML, or node-link JSON of networkx.

    An edge list has two nodes a line; further columns, a header and comments are ignored. Nodes whose labels are the
    numbers 0 to n − 1 keep them; other labels are numbered in the order of the file. An edge that is listed twice, in
    either direction unless the graph is directed, or that leads from a node to itself, is an error unless dropped.
    All errors are reported at once. The digest of the content belongs to the scenario's digest, and the path does not.
    """

    path: Annotated[str, MinLen(1), Help("The file, relative to that of the scenario.")]
    format: Annotated[Format, Help("Its format; auto decides by the suffix: .graphml, .json, else edges.")] = "auto"
    directed: Annotated[bool | None, Help("Whether only the receiver listens; unless given, as the file declares.")] = (
        None
    )
    duplicates: Annotated[Policy, Help("What to do with edges that are listed again.")] = "refuse"
    self_loops: Annotated[Policy, Help("What to do with edges from a node to itself.")] = "refuse"
    n: Annotated[Daemons, Help("The number of daemons; more than the file has are isolated.")] | None = None
    digest: Annotated[str | None, Help("SHA-256 of the content, which must be the same; computed unless given.")] = None

    def __post_init__(self) -> None:
        content = content_of(self.path, digest=self.digest)
        self._graph = _numbered(
            content, Path(self.path).suffix, self.format, self.directed, self.duplicates, self.self_loops, self.n
        )

    def size(self) -> int:
        return self._graph.n

    def edges_expected(self) -> int:
        return len(self._graph.edges) * (1 if self._graph.directed else 2)

    def build(self, rng: np.random.Generator) -> Network:
        """Join the listed pairs."""
        return Network.from_edges(self._graph.n, self._graph.edges, directed=self._graph.directed)


class _Numbered(NamedTuple):
    """A graph whose nodes are numbers."""

    n: int
    edges: list[tuple[int, int]]
    directed: bool


@lru_cache(maxsize=8)
def _numbered(
    content: bytes, suffix: str, form: Format, directed: bool | None, duplicates: Policy, loops: Policy, n: int | None
) -> _Numbered:
    """The graph in the content of a file.

    Raises:
        ParameterError: It has faults; the message lists them.
    """
    read = read_graph(content, suffix, form)
    directed = bool(read.directed) if directed is None else directed
    faults = list(read.faults)
    number = _numbers(read.labels, n)
    size = len(number) if n is None else n
    if not number and not faults:
        faults.append("there are no nodes in it")
    if len(number) > size or size > DAEMONS_MAX:
        faults.append(f"it has {len(number):,} nodes; must be at most {min(size, DAEMONS_MAX):,}")
    edges: list[tuple[int, int]] = []
    first: dict[tuple[int, int], str] = {}
    for (source, target), place in zip(read.edges, read.places, strict=True):
        u, v = number[source], number[target]
        key = (u, v) if directed or u < v else (v, u)
        if u == v:
            if loops == "refuse":
                faults.append(f"{place}: the node {source!r} is joined to itself; `self_loops: drop` drops such edges")
        elif key in first:
            if duplicates == "refuse":
                again = f"{source!r} and {target!r} are joined already in {first[key]}"
                faults.append(f"{place}: {again}; `duplicates: drop` drops such edges")
        else:
            first[key] = place
            edges.append((u, v))
    if faults:
        raise ParameterError(shown(faults), where="path")
    return _Numbered(size, edges, directed)


def _numbers(labels: list[str], n: int | None) -> dict[str, int]:
    """Label → number: their own if they are 0 to n − 1, else their order."""
    size = len(labels) if n is None else n
    if all(
        label.isascii() and label.isdecimal() and str(int(label)) == label and int(label) < size for label in labels
    ):
        return {label: int(label) for label in labels}
    return {label: number for number, label in enumerate(labels)}
