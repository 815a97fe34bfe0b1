"""More runs for a defense under test: long ones, tight rules, bad links, a second attack, an auction."""

from __future__ import annotations

from collections.abc import Callable

from swarmsec.errors import SwarmsecError
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.teams import Attack, BlueRules, Defense, RedRules, Rules
from swarmsec.testing._opponents import Flood, Lie, Shout, Split
from swarmsec.testing._plugin_case import fits
from swarmsec.testing._swarms import bad_links, ring, run_swarm, targets

LONG_ROUNDS = 300

TIGHT = Rules(red=RedRules(), blue=BlueRules(quarantine=0, suspend=0, restore=0, downtime=1))
"""Blue may isolate, suspend and restore nobody."""

MakeDefense = Callable[[], Defense]


def breaks_in_other_runs(make: MakeDefense, n: int, rounds: int) -> str:
    """The first unusual run in which a defense fails, as a clause; empty if it runs in all."""
    swarm = ring(n, rounds=rounds)
    last = attacks_from(n, rounds - 20)
    runs: dict[str, Callable[[], object]] = {
        f"in {LONG_ROUNDS} rounds": lambda: run_swarm(
            swarm._replace(rounds=max(rounds, LONG_ROUNDS)), attacks=attacks_from(n, 20), defenses=[make()]
        ),
        "under rules that allow blue nothing": lambda: run_swarm(swarm, attacks=last, defenses=[make()], rules=TIGHT),
        "over bad links": lambda: run_swarm(bad_links(n, rounds), attacks=last, defenses=[make()]),
        "beside another instance": lambda: run_swarm(
            swarm, attacks=last, defenses=[make(), make()] if make().rule is None else [make()]
        ),
        "in an auction": lambda: _in_an_auction(make, rounds),
    }
    for what, run in runs.items():
        try:
            run()
        except SwarmsecError as error:
            return f"{what}: {error}"
    return ""


def attacks_from(n: int, start: int) -> list[Attack]:
    """Attacks by feeds, states, messages and floods, from round `start` on."""
    return [kind(daemons=targets(n), start=max(start, 1)) for kind in (Lie, Shout, Split, Flood)]


def _in_an_auction(make: MakeDefense, rounds: int) -> None:
    """Play it in the auction of tasks, in which a message has three columns and most values are whole."""
    n = 12
    if not fits(make(), n):
        return
    registry = Registry()
    run_swarm(
        ring(n, rounds=rounds),
        world=build(registry.get("worlds", "allocation"), {"items": 6}),
        protocol=build(registry.get("protocols", "cbba"), {}),
        attacks=[Shout(daemons=[0], start=max(rounds - 20, 1))],
        defenses=[make()],
    )
