"""Who is attacked, and whether anybody could notice and do something."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import combinations
from operator import or_

import numpy as np

from swarmsec.authoring.lint_rules._case import Aimed, LintCase
from swarmsec.authoring.lint_rules._rule import Remark, rule
from swarmsec.authoring.lint_rules.timing import responds
from swarmsec.teams import Surface, Vantage, faulty_neighbors


@rule("SW007")
def hubs_where_there_are_none(case: LintCase) -> Iterator[Remark]:
    """A selector names hubs, and everybody has equally many listeners.

    `hubs` are the daemons that most others listen to. On a network in which nobody has more than another (ring,
    circulant, torus, random regular, complete) they are just the first ones by number, and the selector dangles. Say
    how many instead (`10%` at random), or which (`[3, 9]`), or take a network with hubs: `scale_free`, `star`, `wheel`.
    """
    listeners = np.diff(case.setup.network.outgoing.indptr)
    for aimed in case.attacks:
        selector = str(aimed.plugin.daemons)
        if selector.partition(":")[0] == "hubs" and np.ptp(listeners) == 0:
            kind = case.document["network"]["kind"]
            yield Remark(
                (*aimed.path, "daemons"),
                f"{selector!r} names hubs, and everyone here ({kind}) has {listeners[0]:,} listeners",
                f"say {selector.partition(':')[2] or '10%'} for that many at random, or take a network with hubs",
            )


@rule("SW008")
def attacks_overwrite_each_other(case: LintCase) -> Iterator[Remark]:
    """Two attacks write what the same daemons hold, in the same rounds.

    Attacks act in their order, and on the surface DAEMON each writes the rows that it has hijacked: of two that hold a
    daemon in the same round only the later one is seen. Give them different daemons, or rounds that do not overlap (a
    campaign does that).
    """
    writing = [aimed for aimed in case.acting if Surface.DAEMON in aimed.plugin.surface]
    for first, second in combinations(writing, 2):
        shared = np.intersect1d(first.targets, second.targets)
        chosen = all(_is_chosen(aimed.plugin.daemons) for aimed in (first, second))
        if _meet(first, second, case.rounds) and (chosen or shared.size == first.targets.size) and shared.size:
            yield Remark(
                (*second.path, "daemons"),
                f"{second.cast.kind} overwrites {shared.size:,} of the {first.targets.size:,} daemons that "
                f"{first.cast.kind} (attacks[{first.path[1]}]) holds in the same rounds",
                "name other daemons, or let one follow the other",
            )


@rule("SW009", severity="note")
def outside_the_guarantee(case: LintCase) -> Iterator[Remark]:
    """More daemons lie in a neighborhood than the f of a defense.

    A defense with a parameter f, such as W-MSR, holds against f liars in every neighborhood (f-local) or in all
    (f-total), on a network that is robust enough. Here somebody listens to more than f hijacked daemons, and f of them
    dropped leave a lie that is believed. Often that is the very point of a scenario, so this is a note. Otherwise
    hijack fewer daemons, raise f, or take a network on which that many are robust, such as `robust_attachment` with
    r = 2f + 1. Targets are those of the first seed. Source: LeBlanc, Zhang, Koutsoukos and Sundaram, IEEE JSAC 2013.
    """
    liars = case.hijacked
    for path, cast in case.defenses:
        f = getattr(cast.plugin, "f", None)
        if not isinstance(f, int) or not Surface.DAEMON & cast.plugin.sees or liars.size <= f:
            continue
        honest = np.ones(case.setup.network.n, dtype=bool)
        honest[liars] = False
        local = np.where(honest, faulty_neighbors(case.setup.network, liars), 0)
        if local.max(initial=0) > f:
            daemon = int(np.argmax(local))
            yield Remark(
                (*path, "f"),
                f"{cast.kind} withstands {f:,} in a neighborhood, and of those whom daemon {daemon} hears "
                f"{int(local[daemon]):,} are hijacked ({int((local > f).sum()):,} neighborhoods hold more than {f:,})",
                "raise f, or hijack fewer",
            )


@rule("SW010", severity="note")
def network_not_robust_enough(case: LintCase) -> Iterator[Remark]:
    """The network is not robust enough for the f of a defense.

    W-MSR with parameter f makes honest daemons agree in spite of f malicious ones if and only if the network is
    (f+1, f+1)-robust; on one that is not even (f+1)-robust they may stay apart forever though nobody lies, because
    each side takes the other for liars. `swarmsec.network.robustness` gives the two sets that hold one another off.
    Lower f, or add edges: a circulant with offsets 1..k, `robust_attachment`, `complete`. Sometimes that is the point
    (two cliques), so this is a note. Source: LeBlanc et al., IEEE JSAC 2013, theorem 1.
    """
    for path, cast in case.defenses:
        f = getattr(cast.plugin, "f", None)
        found = case.robustness
        if not isinstance(f, int) or not f or found is None or getattr(cast.plugin, "rule", None) is None:
            continue
        if found.r_at_most < f + 1:
            said = f"is {found.r_at_most}-robust at most: with f = {f} honest daemons may stay apart, liar or not"
        elif found.exact and found.f_max < f:
            said = f"withstands {found.f_max} liars at most, and f is {f}"
        else:
            continue
        yield Remark((*path, "f"), f"the network {said}", "lower f, or take a network that is more robust")


@rule("SW011")
def nobody_can_see_the_attack(case: LintCase) -> Iterator[Remark]:
    """A defense cannot notice an attack on the surface that is attacked.

    Every attack has a `surface` that it touches, and every defense says on which surfaces it `sees` (`swarmsec show
    KIND`). W-MSR drops extreme messages and is blind to a lie in the feeds, which honest daemons pass on as their own;
    a median gate looks at feeds and trusts every message. Where no defense sees any of an attack, blue cannot win:
    a warning. Where another one does, the blind one only stands in the way of reading the scenario: a note.
    """
    surfaces = reduce(or_, (aimed.plugin.surface for aimed in case.acting), Surface.NONE)
    defenses = [(path, cast) for path, cast in case.defenses if cast.plugin.sees]
    seen = reduce(or_, (cast.plugin.sees for _, cast in defenses), Surface.NONE)
    for aimed in case.acting if defenses else ():
        if aimed.plugin.surface and not aimed.plugin.surface & seen:
            yield Remark(
                (*aimed.path, "kind"),
                f"{aimed.cast.kind} touches {_names(aimed.plugin.surface)}, and the defenses see {_names(seen)} only",
                "add a defense that sees it",
            )
    for path, cast in defenses:
        if surfaces & seen and not surfaces & cast.plugin.sees:
            yield Remark(
                (*path, "kind"),
                f"{cast.kind} sees {_names(cast.plugin.sees)}, and attacks touch {_names(surfaces)}: it cannot notice",
                "another defense here can; leave this one out unless it is shown for its blindness",
                severity="note",
            )


@rule("SW012")
def most_of_the_swarm_hijacked(case: LintCase) -> Iterator[Remark]:
    """Half of the swarm or more is hijacked.

    No rule that looks at messages alone can tell which half is the honest one: every aggregation breaks down at one
    half (Donoho & Huber 1983), and what is left of the honest ones may be too few to keep the bill. Hijack fewer, or
    attack their feeds, which compromises nobody.
    """
    n = case.setup.network.n
    if 2 * case.hijacked.size < n:
        return
    most = max((aimed for aimed in case.acting if aimed.plugin.surface.compromises), key=lambda one: one.targets.size)
    yield Remark(
        (*most.path, "daemons"),
        f"{case.hijacked.size:,} of {n:,} daemons are hijacked, and no defense tells which half is honest",
        f"hijack at most {(n - 1) // 2:,}",
    )


@rule("SW013")
def quarantine_too_small(case: LintCase) -> Iterator[Remark]:
    """Blue may isolate fewer daemons than red hijacks.

    `rules.blue.quarantine` limits how many daemons blue isolates at once, and the engine holds blue to it. A defense
    that answers by isolating cannot contain more liars than that, however well it finds them. Allow as many as red
    has, with some to spare for false alarms, or give red fewer; `0` leaves such a defense nothing to do.
    """
    limit = case.setup.rules.quarantine_limit(case.setup.network.n)
    isolating = [cast for _, cast in case.defenses if responds(cast.plugin)]
    if isolating and case.hijacked.size > limit:
        yield Remark(
            ("rules", "blue", "quarantine"),
            f"{isolating[0].kind} may isolate {limit:,} daemons at once, and {case.hijacked.size:,} are hijacked",
            f"allow at least {case.hijacked.size:,}",
        )


@rule("SW014")
def truth_is_told(case: LintCase) -> Iterator[Remark]:
    """A defense of the scenario is told the truth.

    `oracle` knows who is attacked. It is a null: it shows what a perfect detector could reach, and stands beside every
    defense of its own accord in `lint --deep` and in tournaments. As a scenario's defense its result says nothing of
    any defense. Leave it out, and play it with `swarmsec run SCENARIO --defense oracle`.
    """
    for path, cast in case.defenses:
        if cast.plugin.vantage is Vantage.ORACLE:
            yield Remark((*path, "kind"), f"{cast.kind} is told who is attacked, and is no defense", "leave it out")


@rule("SW015")
def defenses_in_order(case: LintCase) -> Iterator[Remark]:
    """A defense stands twice, or learns from what another one has already changed.

    Defenses act in their order. A copy of one with the same parameters finds nothing left to do. One that learns what
    is usual from the signals (`warm_up`), and stands behind one that changes signals, learns a world without the
    outliers that the first one took, and its thresholds come out tighter; that may be meant, and is a note. Put the
    one that learns first.
    """
    earlier: dict[str, int] = {}
    changing: tuple[int, str] | None = None
    for path, cast in case.defenses:
        position = int(path[1])
        same = f"{cast.kind} {sorted(cast.parameters.items())}"
        if same in earlier:
            yield Remark(path, f"the same {cast.kind} is already defenses[{earlier[same]}]", "leave one of them out")
        elif changing and cast.plugin.overrides("filter_signals") and hasattr(cast.plugin, "warm_up"):
            yield Remark(
                path,
                f"{cast.kind} learns from signals that {changing[1]} (defenses[{changing[0]}]) has already changed",
                f"put it before {changing[1]} if it shall learn from the feeds themselves",
                severity="note",
            )
        earlier.setdefault(same, position)
        if cast.plugin.overrides("filter_signals"):
            changing = changing or (position, cast.kind)


def _is_chosen(selector: object) -> bool:
    """Whether a selector names the same daemons every time."""
    return isinstance(selector, list) or (isinstance(selector, str) and selector[:1].isalpha())


def _meet(first: Aimed, second: Aimed, rounds: int) -> bool:
    stops = [rounds if one.plugin.stop is None else one.plugin.stop for one in (first, second)]
    return max(first.plugin.start, second.plugin.start) < min(*stops, rounds)


def _names(surface: Surface) -> str:
    return " and ".join(str(one.name) for one in surface) or "nothing"
