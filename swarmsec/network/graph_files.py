"""Read a graph that somebody else made: an edge list, GraphML, or node-link JSON. Pure data; nothing is drawn."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree

from swarmsec.network._network import FAULTS_SHOWN

Format = Literal["auto", "edges", "graphml", "node_link"]

_SUFFIXES: dict[str, Format] = {".graphml": "graphml", ".xml": "graphml", ".json": "node_link"}
_SEPARATOR = re.compile(r"[\s,;]+")
_COMMENT = ("#", "%", "//")
_HEADERS = frozenset({"source", "from", "sender", "src", "u", "target", "to", "receiver", "dst", "v"})


class FileGraph(NamedTuple):
    """A graph as its file has it.

    Attributes:
        labels: The nodes that the file lists, then those that only its edges name, in this order.
        edges: Pairs of labels, sender and receiver.
        places: The place of each edge in the file.
        directed: Whether the file declares its edges directed; None if it says nothing.
        faults: What cannot be read, with its place.
    """

    labels: list[str]
    edges: list[tuple[str, str]]
    places: list[str]
    directed: bool | None
    faults: list[str]


def read_graph(content: bytes, suffix: str, form: Format) -> FileGraph:
    """Read the graph in the bytes of a file.

    Args:
        content: The bytes.
        suffix: The suffix of the file's name, which decides if `form` is `auto`.
        form: The format.
    """
    form = _SUFFIXES.get(suffix.lower(), "edges") if form == "auto" else form
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return FileGraph([], [], [], None, [f"byte {error.start} is not valid UTF-8"])
    found = {"edges": _edge_list, "graphml": _graphml, "node_link": _node_link}[form](text)
    ends = (label for edge in found.edges for label in edge)
    return found._replace(labels=list(dict.fromkeys([*found.labels, *ends])))


def _edge_list(text: str) -> FileGraph:
    edges: list[tuple[str, str]] = []
    places: list[str] = []
    faults: list[str] = []
    quoted = '"' in text
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(_COMMENT):
            continue
        cells = next(csv.reader([line], skipinitialspace=True)) if quoted else _SEPARATOR.split(line)
        if not edges and not faults and {cell.strip().lower() for cell in cells[:2]} <= _HEADERS:
            continue
        if len(cells) < 2 or not all(cell.strip() for cell in cells[:2]):
            faults.append(f"line {number} has no two nodes")
            continue
        edges.append((cells[0].strip(), cells[1].strip()))
        places.append(f"line {number}")
    return FileGraph([], edges, places, None, faults)


def _graphml(text: str) -> FileGraph:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return FileGraph([], [], [], None, ["a GraphML file may not have a DOCTYPE or define entities"])
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        return FileGraph([], [], [], None, [f"not valid XML: {error}"])
    graphs = list(_named(root, "graph"))
    if len(graphs) != 1:
        return FileGraph([], [], [], None, [f"{len(graphs)} graphs in this file; must be one"])
    default = graphs[0].get("edgedefault")
    faults, labels, edges, places = [], [], [], []
    for number, node in enumerate(_named(graphs[0], "node"), 1):
        labels.append(node.get("id", ""))
        if not labels[-1]:
            faults.append(f"node {number} has no id")
    for number, edge in enumerate(_named(graphs[0], "edge"), 1):
        source, target = edge.get("source", ""), edge.get("target", "")
        if edge.get("directed", str(default == "directed").lower()) != str(default == "directed").lower():
            faults.append(f"edge {number} is not as directed as its graph")
        elif not source or not target:
            faults.append(f"edge {number} has no source or no target")
        else:
            edges.append((source, target))
            places.append(f"edge {number}")
    return FileGraph(
        labels, edges, places, default == "directed" if default else None, [*faults, *_unlisted(labels, edges)]
    )


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The elements of a name, of any namespace."""
    return (one for one in element.iter() if str(one.tag).rpartition("}")[2] == name)


def _node_link(text: str) -> FileGraph:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return FileGraph([], [], [], None, [f"not valid JSON: {error}"])
    links = document.get("links", document.get("edges")) if isinstance(document, dict) else None
    nodes = document.get("nodes", []) if isinstance(document, dict) else None
    if not isinstance(links, list) or not isinstance(nodes, list):
        return FileGraph([], [], [], None, ["must be an object with `nodes` and `links`, as networkx writes it"])
    faults, labels, edges, places = [], [], [], []
    for number, node in enumerate(nodes):
        label = _label(node.get("id") if isinstance(node, dict) else node)
        if label is None:
            faults.append(f"nodes[{number}] has no id")
        else:
            labels.append(label)
    for number, link in enumerate(links):
        pair = [link.get("source"), link.get("target")] if isinstance(link, dict) else link
        ends = [_label(end) for end in pair] if isinstance(pair, list) and len(pair) == 2 else [None]
        if None in ends:
            faults.append(f"links[{number}] has no source or no target")
        else:
            edges.append((str(ends[0]), str(ends[1])))
            places.append(f"links[{number}]")
    directed = document.get("directed")
    listed = _unlisted(labels, edges) if nodes else []
    return FileGraph(labels, edges, places, directed if isinstance(directed, bool) else None, [*faults, *listed])


def _label(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _unlisted(labels: list[str], edges: list[tuple[str, str]]) -> list[str]:
    known = set(labels)
    twice = [f"the node {label!r} is listed more than once" for label, count in Counter(labels).items() if count > 1]
    missing = dict.fromkeys(label for edge in edges for label in edge if label not in known)
    return [*twice, *(f"an edge names the node {label!r}, which is not listed" for label in missing)]


def shown(faults: list[str]) -> str:
    """Faults in one text, at most 20 of them."""
    more = f"; and {len(faults) - FAULTS_SHOWN:,} more" if len(faults) > FAULTS_SHOWN else ""
    return "; ".join(faults[:FAULTS_SHOWN]) + more
