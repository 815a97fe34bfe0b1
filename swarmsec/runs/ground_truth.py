"""The ground truth for a manifest: the daemons that were attacked, hijacked or isolated."""

from __future__ import annotations

from typing import Any

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.scoring import SeedRun
from swarmsec.swarm.arms import Arm


def truth_of(seed_run: SeedRun) -> dict[str, Any] | None:
    """The daemons affected at any time in the defended arm, else the attacked arm; None if neither was run.

    Args:
        seed_run: The arms of one seed.
    """
    arm = next((arm for arm in (Arm.DEFENDED, Arm.ATTACKED) if arm in seed_run.traces), None)
    if arm is None:
        return None
    trace = seed_run.traces[arm]
    isolated = np.zeros(len(trace.attacked), dtype=bool)
    for _, inside, daemons in trace.quarantine_log:
        isolated[daemons] |= inside
    return {
        "seed": seed_run.seed,
        "arm": str(arm),
        "daemons": len(trace.attacked),
        "attacked": spans(trace.attacked),
        "hijacked": spans(trace.compromised),
        "isolated": spans(isolated),
    }


def spans(mask: Bools) -> str:
    """Format the marked daemons as text; consecutive numbers become a range.

    Args:
        mask: (n,) True for each marked daemon.

    Examples:
        >>> spans(np.array([True, True, True, False, True]))
        '0-2,4'
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True)
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in pairs)


def mask_of(text: str, n: int) -> Bools:
    """Parse the text that `spans` returns, as a mask of `n` daemons.

    Raises:
        ValueError: The text does not have the form of `spans`.

    Examples:
        >>> mask_of("0-2,4", 5).tolist()
        [True, True, True, False, True]
    """
    mask = np.zeros(n, dtype=bool)
    for span in filter(None, text.split(",")):
        first, _, last = span.partition("-")
        mask[int(first) : int(last or first) + 1] = True
    return mask
