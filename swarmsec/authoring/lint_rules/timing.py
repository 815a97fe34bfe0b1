"""Rules about time: when attacks are active, and when defenses are ready."""

from __future__ import annotations

from collections.abc import Iterator

from swarmsec.authoring.lint_rules._case import LintCase
from swarmsec.authoring.lint_rules._rule import Fix, Remark, rule
from swarmsec.teams import Defense


@rule("SW001")
def attack_after_the_end(case: LintCase) -> Iterator[Remark]:
    """An attack starts after the end of the run.

    Rounds count from 0: a run of 100 rounds ends with round 99, and an attack that starts in round 100 or later is
    never active. Its damage is 0. Start it earlier, or use more rounds. The usual cause is that `rounds` was reduced
    for a quick run, or that a campaign starts so late that its last steps are after the end.
    """
    for aimed in case.attacks:
        if aimed.plugin.first_start >= case.rounds:
            yield Remark(
                (*aimed.path, "start"),
                f"starts in round {aimed.plugin.first_start:,}, but the run has only {case.rounds:,} rounds",
                f"start it before round {case.rounds:,}, or use more rounds",
            )


@rule("SW002")
def ramp_never_done(case: LintCase) -> Iterator[Remark]:
    """An attack ends before it reaches its full strength.

    `ramp` is the number of rounds in which an attack grows to its strength. If the attack or the run ends earlier, it
    never reaches the strength that the scenario sets, and neither does a sweep over `strength`. Shorten the ramp, or
    make the attack longer.
    """
    for aimed in case.attacks:
        on = aimed.rounds_on(case.rounds)
        if 0 < on <= aimed.plugin.ramp:
            most = aimed.plugin.intensity(aimed.plugin.first_start + on - 1)
            yield Remark(
                (*aimed.path, "ramp"),
                f"grows for {aimed.plugin.ramp:,} rounds but is active for {on:,}: its strength is at most {most:.2g}",
                f"set less than {on:,} rounds, or make the attack longer",
            )


@rule("SW003", severity="note")
def attack_without_strength(case: LintCase) -> Iterator[Remark]:
    """An attack has strength 0 and therefore no effect.

    At strength 0 no hook of the attack is called: the attacked arm equals the clean arm and the damage is exactly 0.
    This may be intended, to keep an attack in a scenario without using it, so it is a note. To try several strengths,
    including 0, use `sweep`; the rule does not apply to swept values.
    """
    for aimed in case.attacks:
        if aimed.plugin.strength == 0:
            yield Remark((*aimed.path, "strength"), f"is 0, so {aimed.spec.kind} is never active", "1 is full strength")


@rule("SW004")
def stop_past_the_end(case: LintCase) -> Iterator[Remark]:
    """An attack stops after the end of the run.

    The run is valid, but a reader expects rounds in which the swarm recovers after `stop`, and there are none. Use more
    rounds, or stop the attack with the run. `--fix` does the latter, which changes no result.
    """
    for aimed in case.attacks:
        stop = aimed.plugin.stop
        path = (*aimed.path, "stop")
        if stop is not None and stop > case.rounds > aimed.plugin.first_start:
            yield Remark(
                path,
                f"stops in round {stop:,}, but the run has only {case.rounds:,} rounds",
                f"set {case.rounds:,}, or use more rounds",
                Fix(path, case.rounds),
            )


@rule("SW005")
def attack_in_the_warm_up(case: LintCase) -> Iterator[Remark]:
    """An attack starts during the warm-up of a defense that could detect it.

    A defense with a `warm_up` does not act in these rounds and learns from them what is normal. An attack during the
    warm-up meets no defense and poisons the training data (with 10% contaminated rows, a plain Mahalanobis detector
    finds 6% of the outliers instead of 93%). Start the attack later or shorten the warm-up, and set
    `rules.red.earliest` so that no attack may start earlier. If the scenario is about poisoning, add `SW005` to
    `x-lint-ignore`.
    """
    for path, spec in case.defenses:
        warm_up = getattr(spec.plugin, "warm_up", 0)
        for aimed in case.acting:
            if aimed.plugin.surface & spec.plugin.sees and aimed.plugin.first_start < min(warm_up, case.rounds):
                yield Remark(
                    (*aimed.path, "start"),
                    f"starts in round {aimed.plugin.first_start:,}, but {spec.kind} ({path[0]}[{path[1]}]) warms up "
                    f"until round {warm_up:,}",
                    f"start it in round {warm_up:,} or later",
                )


@rule("SW006")
def warm_up_longer_than_the_run(case: LintCase) -> Iterator[Remark]:
    """The warm-up of a defense lasts until the end of the run.

    The defense never acts, so the defended arm equals the attacked arm. The usual cause is that `rounds` was reduced
    for a quick run, with the default `warm_up`. Shorten the warm-up, or use more rounds.
    """
    for path, spec in case.defenses:
        warm_up = getattr(spec.plugin, "warm_up", 0)
        if warm_up >= case.rounds:
            yield Remark(
                (*path, "warm_up"),
                f"{spec.kind} warms up for {warm_up:,} rounds, but the run has only {case.rounds:,}: it never acts",
                f"set less than {case.rounds:,}",
            )


def responds(defense: Defense) -> bool:
    """Whether a defense overrides `respond`, in which it can isolate daemons."""
    return defense.overrides("respond")
