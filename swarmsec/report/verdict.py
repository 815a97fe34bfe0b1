"""The verdict on a defense in one sentence."""

from __future__ import annotations

from swarmsec.report.numbers import share_interval
from swarmsec.scoring import Interval, Verdict

_SAYS: dict[Verdict, str] = {
    "limited": "the defense limits it",
    "partly": "the defense limits it in part",
    "not_limited": "the defense does not limit it",
    "harmful": "the defense does harm",
    "inconclusive": "whether the defense limits it is open",
}


def share_or_verdict(limited: Interval | None, verdict: Verdict) -> str:
    """The share of the damage that was prevented, or the verdict where there is none.

    Examples:
        >>> share_or_verdict(Interval(0.83, 0.78, 0.88), "limited"), share_or_verdict(None, "no_bite")
        ('83%  [78%, 88%]', 'no bite')
    """
    return share_interval(limited) if limited else verdict.replace("_", " ")


def verdict_sentence(verdict: Verdict, limited: Interval | None, reason: str) -> str:
    """The verdict, with the share of the damage that was prevented.

    Args:
        verdict: In a word.
        limited: The share, if there is one.
        reason: Why there is none, or what keeps the verdict from a better one.

    Examples:
        >>> verdict_sentence("limited", Interval(0.83, 0.78, 0.88), "")
        'The attack bites and the defense limits it: 83%  [78%, 88%] of the damage prevented'
        >>> verdict_sentence("partly", Interval(0.4, 0.2, 0.6), "as good: deaf")
        'The attack bites and the defense limits it in part: 40%  [20%, 60%] of the damage prevented; as good: deaf'
        >>> verdict_sentence("inconclusive", None, "one seed has no interval: run at least two")
        'No verdict on the defense: one seed has no interval: run at least two'
    """
    if verdict == "undefended":
        return "The attack bites, and no defense stands"
    if limited is None:
        return f"No verdict on the defense: {reason}" if reason else "The attack bites"
    told = f"The attack bites and {_SAYS[verdict]}: {share_interval(limited)} of the damage prevented"
    return f"{told}; {reason}" if reason else told
