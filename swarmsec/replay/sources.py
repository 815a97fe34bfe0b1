"""Open the source of a replay: a run's folder, a run in a store, or a scenario without a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import ScenarioError, UsageError
from swarmsec.registry import Registry, source_digest
from swarmsec.runs.jobs import job, job_id
from swarmsec.runs.read_folder import changed_line, find_run, read_manifest, read_scenario
from swarmsec.runs.recorded_plugins import NO_FOLDERS, AllowedFolders, registry_of_run
from swarmsec.scenario import Scenario, digest_of, load_scenario, seed_list
from swarmsec.scenario.build import plugin_names
from swarmsec.store import Store, StoredJob
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
    allowed: AllowedFolders = NO_FOLDERS,
) -> ReplaySource:
    """Find the source of a replay, and check that it has not changed since the run.

    Args:
        named: A run's folder or its name in `runs`, a prefix (8 characters or more) of a run's id in the store, a
            library name, or a scenario file.
        seeds: Seeds that replace the source's own.
        store: The store for runs named by id.
        allowed: The folders whose plug-ins may be imported.

    Raises:
        UsageError: There is no such run, or a folder of plug-ins must be named.
        ScenarioError: A plug-in or the engine has changed since the run.
    """
    folder = find_run(named)
    if folder is not None:
        found = _of_folder(folder, allowed)
    elif _RUN_OF_A_STORE.fullmatch(named) and not Path(named).exists() and store is not None:
        found = _of_store(store, named, allowed)
    else:
        scenario = load_scenario(named, plugins=allowed.named)
        found = ReplaySource(scenario, scenario.seeds, ALL_ARMS, Arm.DEFENDED, scenario.source)
    if seeds is None:
        return found
    chosen = seed_list(seeds if isinstance(seeds, int) else list(seeds))
    return ReplaySource(found.scenario, chosen, found.arms, found.arm, found.name)


def frozen_scenario(folder: Path, manifest: Mapping[str, Any], allowed: AllowedFolders) -> Scenario:
    """The scenario of a run, with the plug-ins of the run.

    Raises:
        UsageError: The scenario is missing, or a folder of plug-ins must be named.
        ScenarioError: The scenario is rejected, or a plug-in has changed since the run.
    """
    scenario = read_scenario(folder, manifest, allowed)
    if changed := changed_plugins(scenario, manifest["plugins"]):
        raise ScenarioError(changed_line(changed, str(manifest["versions"].get("swarmsec", "?"))), where=str(folder))
    return scenario


def changed_plugins(scenario: Scenario, kept: Mapping[str, str]) -> list[str]:
    """The plug-ins of a scenario whose source has changed since the run, as `family/kind`."""
    return [name for name, digest in scenario.plugin_digests.items() if kept.get(name) != digest]


def stored_scenario(stored: StoredJob, version: str, allowed: AllowedFolders, *, where: str = "") -> Scenario:
    """The scenario of a run in a store, with the plug-ins of the run.

    Args:
        stored: The run as it is stored.
        version: The version of swarmsec that made it.
        allowed: The folders whose plug-ins may be imported.
        where: The run, for errors.

    Raises:
        UsageError: A folder of plug-ins must be named.
        ScenarioError: The scenario is rejected, or a plug-in has changed since the run.
    """
    names, installed = plugin_names(stored.document), Registry()

    def check(outside: Mapping[str, str]) -> None:
        digests = {
            name: outside.get(name) or source_digest(installed.get(family, kind))
            for family, kind in names
            for name in [f"{family}/{kind}"]
        }
        if job_id(digest_of(stored.document), stored.seed, stored.arm, digests) != stored.id:
            raise ScenarioError(changed_line(["a plug-in"], version), where=where)

    registry = registry_of_run(names, stored.folders, allowed, check, where=where)
    scenario = load_scenario(stored.document, registry=registry)
    if job(scenario, stored.seed, stored.arm).id != stored.id:
        raise ScenarioError(changed_line(["a plug-in"], version), where=where)
    return scenario


def _of_folder(folder: Path, allowed: AllowedFolders) -> ReplaySource:
    manifest = read_manifest(folder)
    scenario = frozen_scenario(folder, manifest, allowed)
    if scenario.digest != manifest["scenario_digest"]:
        raise ScenarioError("is not the scenario that was run", where=str(folder / "scenario.yaml"))
    _refuse_other_semantics(manifest["sim_semantics"], str(folder))
    return ReplaySource(scenario, tuple(manifest["seeds"]), ALL_ARMS, Arm.DEFENDED, str(manifest["id"]))


def _of_store(path: Path, named: str, allowed: AllowedFolders) -> ReplaySource:
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
    scenario = stored_scenario(asked, version, allowed, where=where)
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
