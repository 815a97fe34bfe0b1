"""Prices from a CSV file."""

from __future__ import annotations

import csv
import math
from functools import lru_cache

from swarmsec.errors import ParameterError

_COLUMNS = ("adj close", "close", "price")
_FAULTS_SHOWN = 20


@lru_cache(maxsize=4)
def prices_of(content: bytes) -> tuple[float, ...]:
    """The prices in a CSV, one a row: the column `adj close`, `close` or `price`, or the last one.

    Raises:
        ParameterError: Some are no positive numbers, or there are fewer than two; the message lists all faults.
    """
    try:
        rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"not a CSV in UTF-8: {error}", where="path") from None
    column = -1
    prices: list[float] = []
    faults: list[str] = []
    for number, row in enumerate(rows, 1):
        if not row or row[0].startswith("#"):
            continue
        words = [cell.strip().lower() for cell in row]
        if not prices and not faults and not any(map(_is_number, words)):
            column = next((words.index(name) for name in _COLUMNS if name in words), -1)
            continue
        cell = row[column] if column < len(row) else ""
        price = float(cell) if _is_number(cell) else math.nan
        if math.isfinite(price) and price > 0.0:
            prices.append(price)
        else:
            faults.append(f"line {number} has no positive price")
    if not faults and len(prices) < 2:
        faults.append(f"{len(prices)} prices; must be at least two")
    if faults:
        more = f"; and {len(faults) - _FAULTS_SHOWN:,} more" if len(faults) > _FAULTS_SHOWN else ""
        raise ParameterError("; ".join(faults[:_FAULTS_SHOWN]) + more, where="path")
    return tuple(prices)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
