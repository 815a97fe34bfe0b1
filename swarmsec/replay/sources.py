"""Open the source of a replay: a run's folder, a run in a store, or a scenario without a run."""

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
    """The source of a replay.

    Attributes:
        scenario: The scenario that was run.
        seeds: The seeds.
        arms: The arms that can be run: all; for a run in a store, those whose teams it stores.
        arm: The arm that is shown first.
        name: A name for display.
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
    """Find the source of a replay, and check that it has not changed since the run.

    Args:
        named: A run's folder or its name in `runs`, a prefix (8 characters or more) of a run's id in the store, a
            library name, or a scenario file.
        seeds: Seeds that replace the source's own.
        store: The store for runs named by id.
        plugins: Folders of plug-ins, instead of the run's own.

    Raises:
        UsageError: There is no such run.
        ScenarioError: A plug-in or the engine has changed since the run.
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
        UsageError: The scenario or a folder of plug-ins is missing.
        ScenarioError: The scenario is rejected, or a plug-in has changed since the run.
    """
    scenario = read_scenario(folder, manifest, plugins)
    if changed := changed_plugins(scenario, manifest["plugins"]):
        raise ScenarioError(changed_line(changed, str(manifest["versions"].get("swarmsec", "?"))), where=str(folder))
    return scenario


def changed_plugins(scenario: Scenario, kept: Mapping[str, str]) -> list[str]:
    """The plug-ins of a scenario whose source has changed since the run, as `family/kind`."""
    return [name for name, digest in scenario.plugin_digests.items() if kept.get(name) != digest]


def changed_line(changed: Sequence[str], version: str) -> str:
    """The error message for a run that cannot be re-run because its plug-ins have changed."""
    several = len(changed) > 1
    return (
        f"{', '.join(changed)} {'have' if several else 'has'} changed since this was run, so it cannot be re-run; "
        f"restore the earlier plug-in{'s' if several else ''} (swarmsec {version}), or run the scenario again"
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
            several = f"{len(found)} runs have ids that begin so" if found else "no run has that id"
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
            f"this was run with SIM_SEMANTICS {found}, and this swarmsec has {SIM_SEMANTICS}: "
            "the result would differ; install the earlier swarmsec",
            where=where,
        )
