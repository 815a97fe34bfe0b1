"""An axis of a figure: its ends, its ticks at round numbers, and their labels."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

from swarmsec.arrays import Floats

Position = TypeVar("Position", float, Floats)

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


class Axis(NamedTuple):
    """The range and the ticks of an axis.

    Attributes:
        low: The value at its beginning.
        high: The value at its end, more than `low`.
        step: The distance between ticks.
        ticks: The values of the ticks, ascending.
    """

    low: float
    high: float
    step: float
    ticks: tuple[float, ...]

    def at(self, value: Position) -> Position:
        """The position of a value or of each value of an array: 0 at the beginning, 1 at the end."""
        return (value - self.low) / (self.high - self.low)


def axis(low: float, high: float, *, count: int = 4, tight: bool = False, whole: bool = False) -> Axis:
    """An axis from about `low` to about `high`.

    Args:
        low: The least value shown.
        high: The greatest value shown.
        count: The approximate number of steps.
        tight: End at `low` and `high` instead of at the next ticks.
        whole: Only whole numbers are ticks.

    Examples:
        >>> axis(0, 1_190_258).ticks
        (0.0, 500000.0, 1000000.0, 1500000.0)
        >>> axis(0, 999, tight=True, whole=True, count=5).ticks
        (0.0, 200.0, 400.0, 600.0, 800.0)
    """
    if not high > low:
        low, high = (low, low + 1.0) if low >= 0 else (low, 0.0)
    step = _step((high - low) / count)
    if whole:
        step = max(1.0, float(round(step)))
    first, last = low / step, high / step
    if not tight:
        first, last = math.floor(first + 1e-9), math.ceil(last - 1e-9)
        low, high = first * step, last * step
    ticks = tuple(number * step for number in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1))
    return Axis(low, high, step, ticks)


def tick_label(value: float, axis: Axis, unit: str = "") -> str:
    """The shortest label that distinguishes a tick from its neighbors.

    Examples:
        >>> [tick_label(value, axis(0, 1_190_258), "USD") for value in (0, 500_000, 1_500_000)]
        ['$0', '$0.5M', '$1.5M']
        >>> tick_label(-0.25, axis(-0.5, 0.5)), tick_label(0.5, axis(0, 1), "%")
        ('−0.25', '50%')
    """
    if unit == "%":
        value, step = 100 * value, 100 * axis.step
        size, suffix = 1.0, "%"
    else:
        step, greatest = axis.step, max(abs(axis.low), abs(axis.high))
        size, suffix = next(((size, sign) for size, sign in _SUFFIXES if greatest >= 10 * size), (1.0, ""))
        if greatest >= 1e6 and size == 1e3:
            size, suffix = 1e6, "M"
    shown = 0.0 if abs(value) < step * 1e-9 else value / size
    digits = next((n for n in range(7) if abs(round(step / size, n) - step / size) < 1e-9 * step / size), None)
    text = "0" if not shown else f"{abs(shown):.3g}" if digits is None else f"{abs(shown):,.{digits}f}"
    text = f"{text}{suffix if shown or suffix == '%' else ''}"
    return f"{'−' if shown < 0 else ''}{'$' if unit == 'USD' else ''}{text}"


def _step(rough: float) -> float:
    """The smallest round number that is at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(step for step in _STEPS if step * power >= rough * (1 - 1e-9))
