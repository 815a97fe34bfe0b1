"""Record the golden values again: `python -m tests.golden.record`.

A case is written if the file has no case of that name, or if its results were allowed to change: SIM_SEMANTICS or the
version of its scenario was raised. Any other difference is refused, and the file stays unchanged.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from swarmsec.swarm.model import SIM_SEMANTICS
from tests.golden.cases import CASES, differences, measure

FILE = Path(__file__).with_name("digests.json")


def read(file: Path = FILE) -> dict[str, Any]:
    """Read the recorded cases by name, each with its SIM_SEMANTICS. Empty without a file."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def measured(name: str) -> dict[str, Any]:
    """Measure a case with the current code."""
    return {"sim_semantics": SIM_SEMANTICS, **measure(name)}


def may_change(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether SIM_SEMANTICS or the scenario's version was raised since a case was recorded."""
    return bool(now["sim_semantics"] > recorded["sim_semantics"] or now["version"] > recorded["version"])


def refusals(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """For each case whose results changed without permission: its name, and the first arm and field that differ."""
    found = []
    for name, case in now.items():
        if name in recorded and not may_change(recorded[name], case):
            moved = next(differences(recorded[name], case), None)
            found += [f"{name}: {moved}"] if moved else []
    return found


def write(cases: Mapping[str, Any], file: Path = FILE) -> None:
    """Write the cases, with one line for each field of an arm."""
    lines = []
    for name, case in cases.items():
        head = {key: value for key, value in case.items() if key != "arms"}
        arms = [
            f"   {json.dumps(arm)}: {{\n"
            + ",\n".join(f"    {json.dumps(field)}: {json.dumps(value)}" for field, value in values.items())
            + "}"
            for arm, values in case["arms"].items()
        ]
        lines.append(f' {json.dumps(name)}: {json.dumps(head)[:-1]}, "arms": {{\n' + ",\n".join(arms) + "}}")
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(file: Path = FILE) -> int:
    """Measure all cases, and write them unless a result changed without permission."""
    recorded, now = read(file), {name: measured(name) for name in CASES}
    if refused := refusals(recorded, now):
        print(*refused, sep="\n", file=sys.stderr)
        print("These results changed. Raise SIM_SEMANTICS, or the scenario's version, first.", file=sys.stderr)
        return 1
    cases = {
        name: recorded[name] if name in recorded and not may_change(recorded[name], now[name]) else now[name]
        for name in now
    }
    write(cases, file)
    print(f"{file.name}: {len(cases)} cases, SIM_SEMANTICS {SIM_SEMANTICS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
