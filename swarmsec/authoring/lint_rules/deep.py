"""The texts of the rules that play a scenario; `swarmsec.authoring.deep_lint` plays it."""

from __future__ import annotations

import inspect

from swarmsec.authoring.lint_rules._rule import Severity, add_rule


def _tell(code: str, severity: Severity, text: str) -> None:
    add_rule(code, severity, inspect.cleandoc(text), None)


_tell(
    "SW100",
    "note",
    """The scenario is too large to be played by `lint --deep`.

    `--deep` plays some fifteen arms of a few seeds. It takes fewer seeds where that would take more than a minute, and
    gives up where two seeds still would. Lint a smaller one: a scenario that extends it and has fewer daemons or
    rounds.""",
)
_tell(
    "SW101",
    "warning",
    """The attack does not bite.

    Over the seeds that were played, the interval of the attack's damage does not exclude zero, so there is nothing for
    a defense to limit and no verdict. Let it aim at more daemons, last longer or be stronger; check that the protocol
    reads what is attacked, and that the bill sees it. A scenario without an attack is not looked at.""",
)
_tell(
    "SW102",
    "warning",
    """The exercise is trivial: a defense that knows nothing limits the damage.

    `random_quarantine` and `quarantine_all` look at nothing. One of them, within the same rules, prevents at least half
    of the damage at a price of less than a tenth of it, and so a good score here says little of a detector. Make
    isolation cost something, lower `rules.blue.quarantine`, or aim at daemons other than the first ones by number.
    Every defense is worth what it adds to its nulls.""",
)
_tell(
    "SW103",
    "note",
    """A simpler line-up does as well: one of the defenses adds nothing.

    Without it the damage of the defended arm is the same to within 1% of the attack's, and so is the cost in peace.
    Leave it out, or make the scenario need it: an attack on the surface that only this one sees.""",
)
_tell(
    "SW104",
    "warning",
    """The exercise cannot be won: not even the oracle limits the damage.

    `oracle` is told who is attacked, isolates them within the rules and takes their neighbors' median for their signal.
    It prevents less than a tenth of the damage, so no detector with these responses can do better. Give red less, let
    blue isolate more, or say `difficulty: open` if another kind of answer is asked for.""",
)
_tell(
    "SW105",
    "warning",
    """One side cannot change the outcome.

    Red's reach is how much the attack's damage changes when its strength is halved; blue's is how far the damage moves
    between no defense, the scenario's own, both quarantines and the oracle; each as a share of the attack's damage. If
    one is under 5% and the other is not, only one team plays: red's damage is saturated (a weaker attack does all
    that can be done), or blue's choices do not matter. Halve the attack until it counts, or give blue something that
    works.""",
)
_tell(
    "SW106",
    "warning",
    """There is a shortcut: the bill rises without an attack worth the name.

    Either the defense does red's work, and alone (the guarded arm) costs at least half of what the attack does; red
    wins by provoking blue and blue wins by not defending. Or an attack of a ten-thousandth of the strength does more
    than a tenth of the damage, so the bill counts being attacked and not the lie. Look at what the bill counts, and at
    the defense's cost in peace.""",
)
