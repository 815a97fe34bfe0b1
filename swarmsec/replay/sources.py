"""What is to be replayed: a run's folder, a run out of a store, or a scenario that nobody has run yet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import ScenarioError, UsageError
from swarmsec.runs.jobs import job
from swarmsec.runs.read_folder import find_run, plugin_folders, read_manifest, read_scenario
from swarmsec.scenario import Scenario, load_scenario, seed_list
from swarmsec.store import Store
from swarmsec.swarm.arms import ALL_ARMS, Arm
from swarmsec.swarm.model import SIM_SEMANTICS

_RUN_OF_A_STORE = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class ReplaySource:
    """What is replayed.

    Attributes:
        scenario: As it was run.
        seeds: With which seeds.
        arms: Which arms can be played: all, but of a run out of a store those whose teams it tells of.
        arm: The arm that is looked at first.
        name: For people.
    """

    scenario: Scenario
    seeds: tuple[int, ...]
    arms: tuple[Arm, ...]
    arm: Arm
    name: str


def open_source(
    named: str,
    *,
    seeds: int | Sequence[int] | None = None,
    store: Path | None = None,
    plugins: Sequence[Path] = (),
) -> ReplaySource:
    """Find what is to be replayed, and make sure that it is still what was run.

    Args:
        named: A run's folder or its name in `runs`, the first 8 or more letters of a run's id in the store, a library
            name, or a scenario's file.
        seeds: Other seeds than its own.
        store: Where runs with an id are.
        plugins: Folders of plug-ins, instead of those that the run was made with.

    Raises:
        UsageError: There is no such run.
        ScenarioError: A plug-in or the engine is no longer the one that it was run with.
    """
    folder = find_run(named)
    if folder is not None:
        found = _of_folder(folder, plugins)
    elif _RUN_OF_A_STORE.fullmatch(named) and not Path(named).exists() and store is not None:
        found = _of_store(store, named, plugins)
    else:
        scenario = load_scenario(named, plugins=plugins)
        found = ReplaySource(scenario, scenario.seeds, ALL_ARMS, Arm.DEFENDED, scenario.source)
    if seeds is None:
        return found
    chosen = seed_list(seeds if isinstance(seeds, int) else list(seeds))
    return ReplaySource(found.scenario, chosen, found.arms, found.arm, found.name)


def frozen_scenario(folder: Path, manifest: Mapping[str, Any], plugins: Sequence[Path]) -> Scenario:
    """The scenario of a run, with the plug-ins of the run.

    Raises:
        UsageError: It is not there, or a folder of plug-ins is not.
        ScenarioError: The scenario is rejected, or a plug-in has changed since the run.
    """
    scenario = read_scenario(folder, manifest, plugins)
    if changed := changed_plugins(scenario, manifest["plugins"]):
        raise ScenarioError(changed_line(changed, str(manifest["versions"].get("swarmsec", "?"))), where=str(folder))
    return scenario


def changed_plugins(scenario: Scenario, kept: Mapping[str, str]) -> list[str]:
    """Which plug-ins of a scenario have another source than when it was run, as `family/kind`."""
    return [name for name, digest in scenario.plugin_digests.items() if kept.get(name) != digest]


def changed_line(changed: Sequence[str], version: str) -> str:
    """Why a run whose plug-ins were changed cannot be played again."""
    several = len(changed) > 1
    return (
        f"{', '.join(changed)} {'have' if several else 'has'} changed since this was run, so it cannot be played again "
        f"as it was; bring back the plug-in{'s' if several else ''} of then (swarmsec {version}), or run it anew"
    )


def _of_folder(folder: Path, plugins: Sequence[Path]) -> ReplaySource:
    manifest = read_manifest(folder)
    scenario = frozen_scenario(folder, manifest, plugins)
    if scenario.digest != manifest["scenario_digest"]:
        raise ScenarioError("is not the scenario that was run", where=str(folder / "scenario.yaml"))
    _refuse_other_semantics(manifest["sim_semantics"], str(folder))
    return ReplaySource(scenario, tuple(manifest["seeds"]), ALL_ARMS, Arm.DEFENDED, str(manifest["id"]))


def _of_store(path: Path, named: str, plugins: Sequence[Path]) -> ReplaySource:
    with Store.open(path, read_only=True) as store:
        found = [run for run in store.summaries() if run.startswith(named)]
        if len(found) != 1:
            several = f"{len(found)} runs begin so" if found else "no run of that id"
            raise UsageError(f"{several}; `swarmsec results --sql 'SELECT id FROM runs'` lists them", where=str(path))
        asked = store.job(found[0])
        assert asked is not None, "it is in the list"
        with store.reading() as connection:
            semantics, version = connection.execute(
                "SELECT sim_semantics, engine_version FROM runs WHERE id = ?", (asked.id,)
            ).fetchone()
    where = f"run {asked.id[:12]} of {path}"
    _refuse_other_semantics(semantics, where)
    scenario = load_scenario(asked.document, plugins=plugins or plugin_folders(asked.folders))
    if job(scenario, asked.seed, asked.arm).id != asked.id:
        raise ScenarioError(changed_line(["a plug-in"], version), where=where)
    red, blue = bool(asked.document["attacks"]), bool(asked.document["defenses"])
    arms = tuple(arm for arm in Arm if (red or not arm.has_red) and (blue or not arm.has_blue))
    return ReplaySource(scenario, (asked.seed,), arms if asked.arm in arms else (*arms, asked.arm), asked.arm, where)


def _refuse_other_semantics(found: int, where: str) -> None:
    if found != SIM_SEMANTICS:
        raise ScenarioError(
            f"this was run by SIM_SEMANTICS {found}, and this swarmsec plays by {SIM_SEMANTICS}: "
            "it would be another run; install the swarmsec of then",
            where=where,
        )
