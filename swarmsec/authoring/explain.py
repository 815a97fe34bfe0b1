"""`explain`: the documentation of a field, a plug-in, a parameter or a rule.

All texts come from the definitions: fields from `scenario.model.Document`, parameters from the plug-ins' classes, rules
from their docstrings. Only the examples are here.
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from swarmsec.authoring.lint_rules import RULES
from swarmsec.errors import UnknownNameError, UsageError
from swarmsec.parameters import ParameterInfo, describe
from swarmsec.plugin import FAMILIES, Family, Plugin
from swarmsec.registry import Registry
from swarmsec.scenario import schedule as expand
from swarmsec.scenario.model import Document
from swarmsec.scenario.sweep import SweepRange
from swarmsec.teams import Attack, BlueRules, RedRules, selectors

_TOPIC_FAMILIES: dict[str, Family] = {
    "worlds": "worlds",
    "world": "worlds",
    "topologies": "topologies",
    "topology": "topologies",
    "network": "topologies",
    "protocols": "protocols",
    "protocol": "protocols",
    "attacks": "attacks",
    "attack": "attacks",
    "defenses": "defenses",
    "defense": "defenses",
}
"""The first words of plug-ins' topics, and the family of each."""

_KEYS = {"worlds": "world", "topologies": "network", "protocols": "protocol"}
"""The document's key of each family, if it has another name."""

_EXAMPLES = {
    "apiVersion": "apiVersion: swarmsec/v1",
    "kind": "kind: Scenario",
    "name": "name: ring_with_a_liar",
    "version": "version: 2",
    "title": "title: A ring with a liar",
    "story": "story: >\n  Seven daemons must agree on a number.\n  One of them is hijacked.",
    "goals": "goals:\n  - See how far a single liar moves plain averaging.",
    "difficulty": "difficulty: medium",
    "tags": "tags: [wmsr, theory]",
    "extends": "extends: blackswarm\nname: blackswarm_long\nrounds: 2000",
    "world": "world: {kind: trading, signal_noise: 0.15}",
    "network": "network: {kind: small_world, n: 1200, neighbors: 8, rewire: 0.1}",
    "protocol": "protocol: {kind: friedkin_johnsen, anchor: 0.1, begins_at: zero}",
    "rounds": "rounds: 1000",
    "engine": "engine: agents",
    "attacks": "attacks:\n  - {kind: false_signal, daemons: 20%, start: 400, stop: 460, bias: -1.5}",
    "defenses": "defenses:\n  - {kind: median_gate, threshold: 4.0, warm_up: 200}",
    "schedule": "schedule:\n  - {phase: peace, rounds: 400}\n  - {phase: strike, rounds: 60}\n"
    "attacks:\n  - {kind: false_signal, phase: strike}",
    "campaigns": "campaigns:\n  probe_then_strike:\n    - {kind: false_signal, daemons: 1%, for: 20}\n"
    "    - {kind: false_signal, daemons: 20%, for: 60}\nattacks:\n  - {campaign: probe_then_strike, start: 300}",
    "sweep": "sweep:\n  attacks[0].bias: [-0.5, -1.0, -1.5]\n  defenses[0].threshold: {from: 3, to: 6, steps: 4}",
    "rules": "rules:\n  red: {daemons: 1, feeds: 20%, earliest: 200, rounds: 60}\n  blue: {quarantine: 10%}",
    "seeds": "seeds: 5          # or [3, 4, 9]",
    "root_seed": "root_seed: 7",
    "score": "score: {bill: cost_usd}",
}

_SIMILAR = 0.6
_DAEMONS = re.compile(r"\[\d+\]")


@dataclass(frozen=True, kw_only=True)
class Page:
    """The documentation of one topic.

    Attributes:
        topic: Its full name, such as `attacks.false_signal.bias`.
        what: Its type: field, plug-in, parameter or rule, with traits.
        summary: One line.
        about: More paragraphs, or "".
        parameters: Its parameters.
        example: A few lines of YAML, or "".
        see: Related topics.
    """

    topic: str
    what: str
    summary: str
    about: str = ""
    parameters: tuple[ParameterInfo, ...] = ()
    example: str = ""
    see: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        parameters = [
            {**one._asdict(), "required": one.required, "default": None if one.required else one.default}
            for one in self.parameters
        ]
        return {
            "topic": self.topic,
            "what": self.what,
            "summary": self.summary,
            "about": self.about,
            "parameters": parameters,
            "example": self.example,
            "see": list(self.see),
        }


def explain(topic: str, registry: Registry | None = None) -> list[Page]:
    """The pages about a topic; more than one if several things have this name.

    Args:
        topic: A field (`rounds`, `rules.red.daemons`), a plug-in (`attacks.false_signal`, `network.small_world`,
            `trading`), a parameter (`attacks[0].bias`, `false_signal.bias`), a rule (`SW004`), `lint` or `selectors`.
        registry: The plug-ins; the installed ones unless given.

    Raises:
        UsageError: The topic is unknown.
    """
    known = registry or Registry()
    words = [word for word in _DAEMONS.sub("", topic.strip()).split(".") if word]
    if len(words) > 1 and all(word.isdigit() for word in words[1:2]):
        words.pop(1)
    pages = _pages(words, known)
    if not pages:
        raise UsageError(f"no topic `{topic}`; {_closest('.'.join(words), topics(known))}")
    return pages


def topics(registry: Registry | None = None) -> list[str]:
    """Every topic by its full name."""
    known = registry or Registry()
    names = [
        *(info.name for info in describe(Document)),
        "score.bill",
        "rules.red",
        "rules.blue",
        "lint",
        "selectors",
        *RULES,
    ]
    for family in FAMILIES:
        names.append(family)
        for kind, plugin in known.classes(family).items():
            names.append(f"{family}.{kind}")
            for one in describe(plugin):
                names += [f"{family}.{kind}.{one.name}", f"{family}.{one.name}"]
    for team, rules in (("red", RedRules), ("blue", BlueRules)):
        names += [f"rules.{team}.{one.name}" for one in describe(rules)]
    return list(dict.fromkeys(names))


def _pages(words: list[str], registry: Registry) -> list[Page]:
    match words:
        case ["lint"]:
            return [_lint_page()]
        case ["selectors"] | ["attacks", "daemons"]:
            return [_selectors_page()]
        case [code] if code.upper() in RULES:
            return [_rule_page(code.upper())]
        case ["rules", *rest]:
            return _rules_pages(rest)
        case ["score", "bill"]:
            return [_bills_page(registry)]
        case [key, *rest] if key in _TOPIC_FAMILIES:
            return _family_pages(_TOPIC_FAMILIES[key], rest, registry)
        case [key, *rest] if key in _fields():
            return _field_pages(key, rest)
        case [kind, *rest]:
            return [
                page for family in _families_with(kind, registry) for page in _kind_pages(family, kind, rest, registry)
            ]
    return []


# The document's own fields.


def _fields() -> dict[str, ParameterInfo]:
    return {info.name: info for info in describe(Document)}


def _field_pages(key: str, rest: list[str]) -> list[Page]:
    info = _fields()[key]
    timing = (inspect.getdoc(expand) or "").partition("\n")[2].strip()
    inner: dict[str, tuple[type[Any], str]] = {
        "schedule": (expand.Phase, timing),
        "campaigns": (expand.CampaignUse, timing),
        "sweep": (SweepRange, "Each path has a list of values, or a range of numbers with these keys."),
    }
    if key not in inner:
        return [] if rest else [_field_page(info)]
    cls, about = inner[key]
    parameters = tuple(_as_written(key, one) for one in describe(cls))
    if not rest:
        return [_field_page(info, about=about, parameters=parameters)]
    return [_parameter_page(key, one) for one in parameters if [one.name] == rest]


def _as_written(key: str, info: ParameterInfo) -> ParameterInfo:
    return info._replace(name="from") if key == "sweep" and info.name == "start" else info


def _field_page(info: ParameterInfo, **more: Any) -> Page:
    return Page(
        topic=info.name,
        what=f"field of a scenario, {_type(info)}",
        summary=info.help,
        example=_EXAMPLES[info.name],
        **more,
    )


def _parameter_page(owner: str, info: ParameterInfo, **more: Any) -> Page:
    return Page(topic=f"{owner}.{info.name}", what=f"parameter, {_type(info)}", summary=info.help, **more)


def _type(info: ParameterInfo) -> str:
    unit = f" [{info.unit}]" if info.unit else ""
    bounds = f", {info.bounds}" if info.bounds else ""
    default = "required" if info.required else f"default {_as_yaml(info.default)}"
    return f"{info.type}{unit}{bounds}; {default}"


def _as_yaml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=list)


def _rules_pages(rest: list[str]) -> list[Page]:
    teams: dict[str, type[Any]] = {"red": RedRules, "blue": BlueRules}
    match rest:
        case []:
            about = "A scenario whose attacks exceed a budget is refused before the run."
            return [_field_page(_fields()["rules"], about=about, see=("rules.red", "rules.blue"))]
        case [team] if team in teams:
            summary = inspect.getdoc(teams[team]) or ""
            parameters = tuple(describe(teams[team]))
            example = _EXAMPLES["rules"]
            return [Page(topic=f"rules.{team}", what="budget", summary=summary, parameters=parameters, example=example)]
        case [team, name] if team in teams:
            found = [one for one in describe(teams[team]) if one.name == name]
            return [_parameter_page(f"rules.{team}", one, example=_EXAMPLES["rules"]) for one in found]
    return []


def _bills_page(registry: Registry) -> Page:
    bills = {kind: world.bill_names() for kind, world in registry.classes("worlds").items()}
    return Page(
        topic="score.bill",
        what="field of a scenario, text; default: the world's first bill",
        summary="The world's bill that is scored.",
        about="\n".join(f"{kind}: {', '.join(names)}" for kind, names in bills.items()),
        example=_EXAMPLES["score"],
    )


# Plug-ins.


def _families_with(kind: str, registry: Registry) -> list[Family]:
    """The families that have a kind, which may be broken."""
    found: list[Family] = []
    for family in FAMILIES:
        with suppress(UnknownNameError):
            registry.full_name(family, kind)
            found.append(family)
    return found


def _family_pages(family: Family, rest: list[str], registry: Registry) -> list[Page]:
    if not rest:
        return [_family_page(family, registry)]
    kind, *names = rest
    if family in _families_with(kind, registry):
        return _kind_pages(family, kind, names, registry)
    return [] if names else list(_parameters_called(kind, family, registry))


def _family_page(family: Family, registry: Registry) -> Page:
    """The page of a family: its field of the document, and its kinds."""
    classes = registry.classes(family)
    width = max(map(len, classes))
    about = "\n".join(f"{kind:<{width}}  {plugin.summary()}" for kind, plugin in classes.items())
    page = _field_page(_fields()[_KEYS.get(family, family)], about=about)
    return page if family != "attacks" else _with_common(page)


def _with_common(page: Page) -> Page:
    return replace(page, parameters=tuple(describe(Attack)), see=("selectors", "campaigns"))


def _kind_pages(family: Family, kind: str, rest: list[str], registry: Registry) -> list[Page]:
    cls = registry.get(family, kind)
    name = registry.full_name(family, kind)
    parameters = describe(cls)
    if rest:
        own = f"{family}.{name}"
        see = ("selectors", own) if rest == ["daemons"] else (own,)
        return [_parameter_page(own, one, see=see) for one in parameters if [one.name] == rest]
    summary, _, about = (inspect.getdoc(cls) or "").partition("\n")
    key = _KEYS.get(family, family)
    return [
        Page(
            topic=f"{family}.{name}",
            what=f"kind of {key}{_traits(cls)}",
            summary=summary,
            about=about.strip("\n"),
            parameters=tuple(parameters),
            example=_kind_example(key, name, parameters),
        )
    ]


def _traits(cls: type[Plugin]) -> str:
    texts = [f"{trait} {text.replace('|', ' and ')}" for trait, text in cls.trait_texts().items()]
    return f"; {', '.join(texts)}" if texts else ""


def _kind_example(key: str, kind: str, parameters: list[ParameterInfo]) -> str:
    """An example with the required parameters, or else with the first parameter of the kind."""
    common = {one.name for one in describe(Attack)}
    own = [one for one in parameters if one.name not in common]
    shown = {one.name: "..." for one in parameters if one.required}
    if not shown and own and type(own[0].default) in {int, float, str}:
        shown = {own[0].name: _as_yaml(own[0].default)}
    inside = ", ".join([f"kind: {kind}", *(f"{name}: {value}" for name, value in shown.items())])
    return f"{key}:\n  - {{{inside}}}" if key in {"attacks", "defenses"} else f"{key}: {{{inside}}}"


def _parameters_called(name: str, family: Family, registry: Registry) -> Iterator[Page]:
    """A parameter without its kind: one page for each kind that has it, or one page if all kinds share it."""
    if family == "attacks":
        common = [one for one in describe(Attack) if one.name == name]
        if common:
            yield _parameter_page("attacks", common[0], example=_EXAMPLES["attacks"])
            return
    for kind, plugin in registry.classes(family).items():
        for one in describe(plugin):
            if one.name == name:
                yield _parameter_page(f"{family}.{kind}", one, see=(f"{family}.{kind}",))


# Rules of lint, selectors.


def _rule_page(code: str) -> Page:
    rule = RULES[code]
    deep = ", found by `lint --deep`" if rule.deep else ""
    return Page(
        topic=code,
        what=f"rule of lint, a {rule.severity}{deep}",
        summary=rule.summary,
        about=rule.explanation,
        example=f"x-lint-ignore: [{code}]   # disables the rule",
    )


def _lint_page() -> Page:
    about = "\n".join(f"{code}  {rule.severity:<7}  {rule.summary}" for code, rule in sorted(RULES.items()))
    return Page(
        topic="lint",
        what="rules of lint",
        summary="The rules of `swarmsec lint`; it exits with 1 if there is a warning.",
        about=about,
        example="x-lint-ignore: [SW009]",
    )


def _selectors_page() -> Page:
    summary, _, about = (inspect.getdoc(selectors) or "").partition("\n")
    info = next(one for one in describe(Attack) if one.name == "daemons")
    return Page(
        topic="selectors",
        what=f"parameter `daemons` of every attack, {_type(info)}",
        summary=summary,
        about=about.strip("\n"),
        example="attacks:\n  - {kind: stubborn, daemons: hubs:5%}",
    )


def _closest(topic: str, known: Iterable[str]) -> str:
    """A hint with the closest topics: those that differ in the last word, or else those similar as a whole."""
    names = list(known)
    head, _, word = topic.rpartition(".")
    beside = {name.rpartition(".")[2]: name for name in names if name.rpartition(".")[0] == head}
    close = [beside[one] for one in difflib.get_close_matches(word, beside, n=3, cutoff=_SIMILAR)]
    close = close or difflib.get_close_matches(topic, names, n=3, cutoff=_SIMILAR)
    options = " or ".join(f"`{name}`" for name in close)
    return f"did you mean {options}?" if options else _TOPICS


_TOPICS = "topics are, for example, rounds, attacks.false_signal, network.small_world, rules.red, SW004, lint"
