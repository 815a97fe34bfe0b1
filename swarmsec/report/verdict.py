"""The verdict on a defense in one sentence."""

from __future__ import annotations

from swarmsec.report.numbers import share_interval
from swarmsec.scoring import Interval, Verdict


def verdict_sentence(verdict: Verdict, limited: Interval | None, reason: str) -> str:
    """The verdict, with the share of the damage that was prevented.

    Args:
        verdict: The verdict.
        limited: The prevented share; None if it is unknown.
        reason: The reason that it is unknown.

    Examples:
        >>> verdict_sentence("limited", Interval(0.83, 0.78, 0.88), "")
        'The attack bites and the defense limits it: 83%  [78%, 88%] of the damage prevented'
        >>> verdict_sentence("no_bite", None, "one seed has no interval: play at least two")
        'No verdict on the defense: one seed has no interval: play at least two'
    """
    if limited is None:
        return f"No verdict on the defense: {reason}" if reason else "The attack bites"
    does = "limits it" if verdict == "limited" else "does not limit it"
    return f"The attack bites and the defense {does}: {share_interval(limited)} of the damage prevented"
