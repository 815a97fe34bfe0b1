"""Rules about attacks and defenses: targets, guarantees, and whether a defense can detect and answer an attack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import combinations
from operator import or_

import numpy as np

from swarmsec.authoring.lint_rules._case import LintCase, TargetedAttack
from swarmsec.authoring.lint_rules._rule import Remark, rule
from swarmsec.authoring.lint_rules.timing import responds
from swarmsec.teams import Surface, Vantage, faulty_neighbors, same_as


@rule("SW007")
def hubs_without_hubs(case: LintCase) -> Iterator[Remark]:
    """A selector names hubs, but all daemons have the same number of listeners.

    `hubs` are the daemons with the most listeners. If all have the same number (ring, circulant, torus, random regular,
    complete), `hubs` selects the daemons with the lowest numbers. Set a number or share instead (`10%`, drawn at
    random), or a list (`[3, 9]`), or use a network with hubs: `scale_free`, `star`, `wheel`.
    """
    listeners = case.setup.network.listeners
    for aimed in case.attacks:
        selector = str(aimed.plugin.daemons)
        if selector.partition(":")[0] == "hubs" and np.ptp(listeners) == 0:
            kind = case.document["network"]["kind"]
            yield Remark(
                (*aimed.path, "daemons"),
                f"{selector!r} names hubs, but in this network ({kind}) every daemon has {listeners[0]:,} listeners",
                f"use {selector.partition(':')[2] or '10%'} for random daemons, or a network with hubs",
            )


@rule("SW008")
def attacks_overwrite_each_other(case: LintCase) -> Iterator[Remark]:
    """Two attacks write the state of the same daemons in the same rounds.

    Attacks act in the order of the list. On the surface DAEMON each one writes the state of the daemons that it has
    hijacked, so if two hijack the same daemon in the same round, only the later one has an effect. Give them different
    daemons, or rounds that do not overlap, for example with a campaign. An attack that is meant to take over daemons
    says so with `daemons: same:NAME`.
    """
    writing = [aimed for aimed in case.acting if Surface.DAEMON in aimed.plugin.surface]
    for first, second in combinations(writing, 2):
        if same_as(second.plugin.daemons):
            continue
        shared = np.intersect1d(first.targets, second.targets)
        chosen = all(_is_chosen(aimed.plugin.daemons) for aimed in (first, second))
        if _overlap(first, second, case.rounds) and (chosen or shared.size == first.targets.size) and shared.size:
            yield Remark(
                (*second.path, "daemons"),
                f"{second.spec.kind} overwrites {shared.size:,} of the {first.targets.size:,} daemons that "
                f"{first.spec.kind} (attacks[{first.path[1]}]) hijacks in the same rounds",
                "use different daemons, or rounds that do not overlap",
            )


@rule("SW009", severity="note")
def outside_the_guarantee(case: LintCase) -> Iterator[Remark]:
    """A neighborhood has more hijacked daemons than the f of a defense.

    A defense with a parameter f, such as W-MSR, tolerates f Byzantine daemons in each neighborhood (f-local) or in
    total (f-total), on a network that is robust enough. Here a daemon listens to more than f hijacked daemons, so lies
    remain after f values are dropped. This is often the purpose of a scenario, so it is a note. Otherwise hijack fewer
    daemons, raise f, or use a network that is robust against more, such as `robust_attachment` with r = 2f + 1. The
    rule uses the targets of the first seed. Source: LeBlanc, Zhang, Koutsoukos and Sundaram, IEEE JSAC 2013.
    """
    liars = case.hijacked
    for path, spec in case.defenses:
        f = getattr(spec.plugin, "f", None)
        if not isinstance(f, int) or not Surface.DAEMON & spec.plugin.sees or liars.size <= f:
            continue
        honest = np.ones(case.setup.network.n, dtype=bool)
        honest[liars] = False
        local = np.where(honest, faulty_neighbors(case.setup.network, liars), 0)
        if local.max(initial=0) > f:
            daemon = int(np.argmax(local))
            yield Remark(
                (*path, "f"),
                f"{spec.kind} tolerates {f:,} hijacked daemons in a neighborhood, but daemon {daemon} listens to "
                f"{int(local[daemon]):,} ({int((local > f).sum()):,} neighborhoods have more than {f:,})",
                "raise f, or hijack fewer",
            )


@rule("SW010", severity="note")
def network_not_robust_enough(case: LintCase) -> Iterator[Remark]:
    """The network is not robust enough for the f of a defense.

    With W-MSR and parameter f, honest daemons agree despite f malicious ones if and only if the network is
    (f+1, f+1)-robust. If it is not even (f+1)-robust, they may never agree, even without an attack, because two groups
    drop each other's values. `swarmsec.network.robustness` finds two such groups. Lower f, or add edges: a circulant
    with offsets 1..k, `robust_attachment`, `complete`. This may be the purpose of a scenario (two cliques), so it is a
    note. Source: LeBlanc et al., IEEE JSAC 2013, theorem 1.
    """
    for path, spec in case.defenses:
        f = getattr(spec.plugin, "f", None)
        found = case.robustness
        if not isinstance(f, int) or not f or found is None or getattr(spec.plugin, "rule", None) is None:
            continue
        if found.r_at_most < f + 1:
            message = f"is at most {found.r_at_most}-robust: with f = {f} honest daemons may never agree, attack or not"
        elif found.exact and found.f_max < f:
            message = f"tolerates at most {found.f_max} Byzantine daemons, but f is {f}"
        else:
            continue
        yield Remark((*path, "f"), f"the network {message}", "lower f, or use a more robust network")


@rule("SW011")
def undetectable_attack(case: LintCase) -> Iterator[Remark]:
    """A defense does not see the surface that is attacked.

    Every attack has a `surface`, and every defense `sees` some surfaces (`swarmsec show KIND`). W-MSR drops extreme
    messages but does not see a lie in the feeds, which honest daemons pass on as their own value; a median gate checks
    feeds but trusts every message. If no defense sees an attack, blue cannot win: a warning. If another defense sees
    it, the one that does not only makes the scenario harder to read: a note.
    """
    surfaces = reduce(or_, (aimed.plugin.surface for aimed in case.acting), Surface.NONE)
    defenses = [(path, spec) for path, spec in case.defenses if spec.plugin.sees]
    seen = reduce(or_, (spec.plugin.sees for _, spec in defenses), Surface.NONE)
    for aimed in case.acting if defenses else ():
        if aimed.plugin.surface and not aimed.plugin.surface & seen:
            yield Remark(
                (*aimed.path, "kind"),
                f"{aimed.spec.kind} attacks {_names(aimed.plugin.surface)}, but the defenses see only {_names(seen)}",
                "add a defense that sees it",
            )
    for path, spec in defenses:
        if surfaces & seen and not surfaces & spec.plugin.sees:
            yield Remark(
                (*path, "kind"),
                f"{spec.kind} sees only {_names(spec.plugin.sees)}, but the attacks are on {_names(surfaces)}",
                "another defense sees them; remove this one unless the scenario demonstrates its limits",
                severity="note",
            )


@rule("SW012")
def most_of_the_swarm_hijacked(case: LintCase) -> Iterator[Remark]:
    """Half of the swarm or more is hijacked.

    No rule that uses messages alone can tell which half is honest: the breakdown point of every aggregation rule is at
    most one half (Donoho & Huber 1983). The remaining honest daemons may also be too few for a meaningful bill. Hijack
    fewer daemons, or attack feeds, which compromises no daemon.
    """
    n = case.setup.network.n
    if 2 * case.hijacked.size < n:
        return
    most = max((aimed for aimed in case.acting if aimed.plugin.surface.compromises), key=lambda one: one.targets.size)
    yield Remark(
        (*most.path, "daemons"),
        f"{case.hijacked.size:,} of {n:,} daemons are hijacked, so no defense can tell which ones are honest",
        f"hijack at most {(n - 1) // 2:,}",
    )


@rule("SW013")
def quarantine_too_small(case: LintCase) -> Iterator[Remark]:
    """Blue may isolate fewer daemons than red hijacks.

    `rules.blue.quarantine` is the number of daemons that blue may isolate at the same time; the engine enforces it. A
    defense that isolates daemons cannot contain more hijacked daemons than that. Allow at least as many as red
    hijacks, plus some for false alarms, or let red hijack fewer. With `0` such a defense cannot isolate at all.
    """
    limit = case.setup.rules.quarantine_limit(case.setup.network.n)
    isolating = [spec for _, spec in case.defenses if responds(spec.plugin)]
    if isolating and case.hijacked.size > limit:
        yield Remark(
            ("rules", "blue", "quarantine"),
            f"{isolating[0].kind} may isolate {limit:,} daemons at once, but {case.hijacked.size:,} are hijacked",
            f"allow at least {case.hijacked.size:,}",
        )


@rule("SW014")
def oracle_as_defense(case: LintCase) -> Iterator[Remark]:
    """A defense of the scenario knows the ground truth.

    `oracle` knows which daemons are attacked. It is a null that shows what a perfect detector could reach; `lint
    --deep` and tournaments always compare with it. As a scenario's own defense it measures no defense. Remove it, and
    use `swarmsec run SCENARIO --defense oracle`.
    """
    for path, spec in case.defenses:
        if spec.plugin.vantage is Vantage.ORACLE:
            yield Remark((*path, "kind"), f"{spec.kind} knows which daemons are attacked; it is a null", "remove it")


@rule("SW015")
def defenses_in_order(case: LintCase) -> Iterator[Remark]:
    """A defense is listed twice, or learns from signals that another one has already changed.

    Defenses act in the order of the list. A second copy with the same parameters has no effect. A defense that learns
    from signals (`warm_up`) after a defense that filters them never sees the outliers that were removed, so its
    thresholds become tighter. This may be intended, so it is a note. Put the defense that learns first.
    """
    earlier: dict[str, int] = {}
    changing: tuple[int, str] | None = None
    for path, spec in case.defenses:
        position = int(path[1])
        same = f"{spec.kind} {sorted(spec.parameters.items())}"
        if same in earlier:
            yield Remark(path, f"the same {spec.kind} is already defenses[{earlier[same]}]", "remove one of them")
        elif changing and spec.plugin.overrides("filter_signals") and hasattr(spec.plugin, "warm_up"):
            yield Remark(
                path,
                f"{spec.kind} learns from signals that {changing[1]} (defenses[{changing[0]}]) has already changed",
                f"put it before {changing[1]} if it should learn from unchanged feeds",
                severity="note",
            )
        earlier.setdefault(same, position)
        if spec.plugin.overrides("filter_signals"):
            changing = changing or (position, spec.kind)


def _is_chosen(selector: object) -> bool:
    """Whether a selector names the same daemons in every seed."""
    return isinstance(selector, list) or (isinstance(selector, str) and selector[:1].isalpha())


def _overlap(first: TargetedAttack, second: TargetedAttack, rounds: int) -> bool:
    """Whether two attacks are active in the same rounds."""
    stops = [rounds if one.plugin.stop is None else one.plugin.stop for one in (first, second)]
    return max(first.plugin.first_start, second.plugin.first_start) < min(*stops, rounds)


def _names(surface: Surface) -> str:
    return " and ".join(str(one.name) for one in surface) or "nothing"
