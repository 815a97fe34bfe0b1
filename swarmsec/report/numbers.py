"""Amounts and shares as text."""

from __future__ import annotations

from swarmsec.scoring import Interval

_NEGLIGIBLE = 1e-9
"""Smaller shares, and narrower intervals, are rounding errors of floating-point sums."""


def amount(value: float, unit: str) -> str:
    """An amount in a world's unit.

    Examples:
        >>> amount(1209714.2, "USD"), amount(-3.0, "USD"), amount(0.515625, "belief")
        ('$1,209,714', '−$3', '0.5156')
    """
    size = abs(value)
    digits = f"{size:,.0f}" if unit == "USD" or size >= 9_999.5 else f"{size:.4g}"
    sign = "−" if value < 0 and digits.strip("0,.") else ""
    return f"{sign}{'$' if unit == 'USD' else ''}{digits}"


def figure_words(name: str, unit: str) -> str:
    """The name of a figure in words, without the unit that is shown beside it.

    Examples:
        >>> figure_words("outage_hours", "hours"), figure_words("outage_hours", "USD"), figure_words("wary_share", "")
        ('outage', 'outage hours', 'wary share')
    """
    return (name.removesuffix(f"_{unit.lower()}") if unit else name).replace("_", " ")


def share(value: float) -> str:
    """A share in percent.

    Examples:
        >>> share(0.831), share(0.0004), share(-0.25)
        ('83%', '0.04%', '−25%')
    """
    percent = abs(100 * value) if abs(value) > _NEGLIGIBLE else 0.0
    digits = (
        f"{percent:.0f}" if percent >= 10 or percent == 0 else f"{percent:.1f}" if percent >= 1 else f"{percent:.1g}"
    )
    return ("−" if value < 0 and percent else "") + digits + "%"


def share_interval(interval: Interval) -> str:
    """A share with its interval: `83%  [78%, 88%]`."""
    if interval.low is None or interval.high is None or interval.high - interval.low <= _NEGLIGIBLE:
        return share(interval.mean)
    return f"{share(interval.mean)}  [{share(interval.low)}, {share(interval.high)}]"
