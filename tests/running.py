"""Helpers for tests of the command line: two small scenarios, and the result of a call."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

RING = {
    "apiVersion": "swarmsec/v1",
    "kind": "Scenario",
    "name": "ring_with_a_liar",
    "version": 1,
    "world": {"kind": "beliefs", "initial": [0, 0, 1, 2, 3, 4, 5]},
    "network": {"kind": "circulant", "n": 7, "offsets": [1, 2]},
    "protocol": {"kind": "average_consensus", "weights": "uniform"},
    "rounds": 20,
    "engine": "arrays",
    "attacks": [{"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 0}],
    "defenses": [{"kind": "wmsr", "f": 1}],
    "rules": {"red": {"daemons": 1}, "blue": {"quarantine": "10%"}},
    "seeds": 3,
}

TRADING = {
    "apiVersion": "swarmsec/v1",
    "kind": "Scenario",
    "name": "small_trading",
    "version": 1,
    "world": {"kind": "trading"},
    "network": {"kind": "small_world", "n": 30, "neighbors": 6, "rewire": 0.1},
    "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1},
    "rounds": 80,
    "attacks": [{"kind": "false_signal", "daemons": "30%", "start": 40, "stop": 70, "bias": -1.5}],
    "defenses": [{"kind": "median_gate", "warm_up": 20}],
    "seeds": 3,
}


class Ran(NamedTuple):
    """The result of a call of the command line: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, parsed as JSON."""
        return json.loads(self.out)


def installed_program() -> str:
    """The path of `swarmsec` beside the interpreter that runs the tests."""
    script = Path(sys.executable).parent / "swarmsec"
    assert script.exists(), f"swarmsec is not installed beside {sys.executable}"
    return str(script)


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment without variables that change what the command line does or prints, and with `extra`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SWARMSEC_")}
    for key in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        kept.pop(key, None)
    return kept | dict(extra)


PEAK_BYTES = """
def peak_bytes():
    from pathlib import Path
    import re, resource, sys
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""
"""Code of a function for a new process: its peak memory. On Linux, `ru_maxrss` begins with the peak of the parent."""
