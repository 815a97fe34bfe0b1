"""When attacks are on, and when defenses are ready."""

from __future__ import annotations

from collections.abc import Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.teams import Defense


@rule("SW001")
def attack_after_the_end(case: LintCase) -> Iterator[Remark]:
    """An attack starts when the run is over.

    Rounds count from 0, so a run of 100 rounds ends with round 99, and an attack that starts in round 100 or later is
    never on. Its damage is 0 and there is nothing to limit. Let it start earlier, or play more rounds. Usual causes:
    `rounds` was cut for a quick try, or a campaign starts so late that its last steps fall off the end.
    """
    for aimed in case.attacks:
        if aimed.plugin.start >= case.rounds:
            yield Remark(
                (*aimed.path, "start"),
                f"starts in round {aimed.plugin.start:,}, and the run has {case.rounds:,}",
                f"start it before round {case.rounds:,}, or play more rounds",
            )


@rule("SW002")
def ramp_never_done(case: LintCase) -> Iterator[Remark]:
    """An attack is over before it has grown to its full strength.

    `ramp` says how many rounds an attack takes to grow. Where it is switched off, or the run ends, before that, it
    never has the strength that the scenario names, and a sweep over `strength` sweeps over something smaller. Shorten
    the ramp, or let the attack last.
    """
    for aimed in case.attacks:
        on = aimed.rounds_on(case.rounds)
        if 0 < on <= aimed.plugin.ramp:
            most = aimed.plugin.intensity(aimed.plugin.start + on - 1)
            yield Remark(
                (*aimed.path, "ramp"),
                f"grows for {aimed.plugin.ramp:,} rounds and is on for {on:,}, so its strength is {most:.2g} at most",
                f"let it grow for less than {on:,} rounds, or last longer",
            )


@rule("SW003", severity="note")
def attack_of_no_effect(case: LintCase) -> Iterator[Remark]:
    """An attack has strength 0, which is no attack at all.

    Hooks are called only with a strength above 0, the attacked arm is the clean one, and its damage exactly 0. That is
    the way to have an attack in a scenario and not play it, so this is a note; left behind from a trial it makes a
    scenario that never bites. To try several strengths, 0 among them, use `sweep`, about which this rule is silent.
    """
    for aimed in case.attacks:
        if aimed.plugin.strength == 0:
            yield Remark((*aimed.path, "strength"), f"is 0, so {aimed.cast.kind} is never on", "1 is its full strength")


@rule("SW004")
def stop_past_the_end(case: LintCase) -> Iterator[Remark]:
    """An attack stops after the run has ended.

    Nothing is wrong with the run, but whoever reads the scenario expects to see the swarm recover, and there are no
    rounds in which it could: recovery is counted from the round in which attacks stop. Play more rounds, or let the
    attack stop with the run. `--fix` does the latter, which changes no result.
    """
    for aimed in case.attacks:
        stop = aimed.plugin.stop
        path = (*aimed.path, "stop")
        if stop is not None and stop > case.rounds > aimed.plugin.start:
            yield Remark(
                path,
                f"stops in round {stop:,}, and the run has {case.rounds:,}",
                f"say {case.rounds:,}, or play more rounds",
                Fix(path, case.rounds),
            )


@rule("SW005")
def attack_in_the_warm_up(case: LintCase) -> Iterator[Remark]:
    """An attack begins while a defense that could see it still learns what is usual.

    A defense with a `warm_up` takes those rounds for peace: it does not act in them, and what it sees becomes its idea
    of normal. An attack in that time is not answered, and poisons what comes after (SCIENCE, section 5: at 10% of
    contaminated rows a plain Mahalanobis detector finds 6% instead of 93%). Start the attack later or learn for less
    long, and let `rules.red.earliest` promise blue its peace. Where poisoning is the point, put `SW005` into
    `x-lint-ignore`.
    """
    for path, cast in case.defenses:
        warm_up = getattr(cast.plugin, "warm_up", 0)
        for aimed in case.acting:
            if aimed.plugin.surface & cast.plugin.sees and aimed.plugin.start < min(warm_up, case.rounds):
                yield Remark(
                    (*aimed.path, "start"),
                    f"starts in round {aimed.plugin.start:,}, while {cast.kind} ({_spelled(path)}) learns until "
                    f"round {warm_up:,}",
                    f"start it in round {warm_up:,} or later",
                )


@rule("SW006")
def warm_up_longer_than_the_run(case: LintCase) -> Iterator[Remark]:
    """A defense is still warming up when the run ends.

    It never acts, and its defended arm is the attacked one. Usual cause: `rounds` was cut for a quick try, and the
    default `warm_up` was forgotten. Learn for less long, or play more rounds.
    """
    for path, cast in case.defenses:
        warm_up = getattr(cast.plugin, "warm_up", 0)
        if warm_up >= case.rounds:
            yield Remark(
                (*path, "warm_up"),
                f"{cast.kind} learns for {warm_up:,} rounds, and the run has {case.rounds:,}: it never acts",
                f"say less than {case.rounds:,}",
            )


def responds(defense: Defense) -> bool:
    """Whether a defense does something in its turn to respond, such as isolate."""
    return defense.overrides("respond")


def _spelled(path: tuple[str | int, ...]) -> str:
    return f"{path[0]}[{path[1]}]"
