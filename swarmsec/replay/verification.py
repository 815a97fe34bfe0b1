"""Re-run stored runs, and compare the outcome with the stored one.

For a run's folder, seeds are re-run, and `rounds.csv`, `events.jsonl` and `result.json` must be identical, byte for
byte. For a store, runs are re-run, and their digests and all other stored values must be identical. A sample is chosen
by digest alone.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.replay.differences import RunDifference, first_in_run
from swarmsec.replay.rerun import StoredFiles, compare_rerun
from swarmsec.replay.run_bills import Advanced
from swarmsec.replay.sources import frozen_scenario, stored_scenario
from swarmsec.runs import JobCache, whole
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, job
from swarmsec.runs.read_folder import read_manifest
from swarmsec.runs.recorded_plugins import NO_FOLDERS, AllowedFolders
from swarmsec.runs.write_folder import cpu_features, run_id, versions
from swarmsec.scenario import Scenario
from swarmsec.store import Store, StoredJob
from swarmsec.swarm.model import SIM_SEMANTICS

SAMPLE = 20
"""The default number of re-run runs of a store."""


class Verified(NamedTuple):
    """The outcome of re-running runs.

    Attributes:
        subject: The folder or store.
        checked: The re-run seeds or runs.
        of: The number of stored seeds or finished runs.
        differences: The first difference in each file or run; empty if all are identical.
        refused: The runs that could not be re-run, each with the reason.
        reasons: Possible causes of the differences; empty if there are none.
        notes: What was not compared.
    """

    subject: str
    checked: tuple[str, ...]
    of: int
    differences: tuple[RunDifference, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            **self._asdict(),
            "differences": [one._asdict() for one in self.differences],
            "refused": [{"run": run, "why": why} for run, why in self.refused],
        }


def verify_folder(
    folder: Path, executor: Executor, *, sample: int | None = None, allowed: AllowedFolders = NO_FOLDERS
) -> Verified:
    """Re-run seeds of a run, and compare its files byte for byte.

    Args:
        folder: The run's folder.
        executor: Runs the jobs.
        sample: The number of seeds; all by default.
        allowed: The folders whose plug-ins may be imported.

    Raises:
        UsageError: The folder is not a run's, or has no rounds; or a folder of plug-ins must be named.
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
        ScenarioError: The scenario is rejected, or a plug-in has changed since the run.
    """
    manifest = read_manifest(folder)
    scenario = frozen_scenario(folder, manifest, allowed)
    name = str(folder)
    if changed := _changed_afterward(manifest, scenario):
        return Verified(name, (), len(manifest["seeds"]), (changed,), reasons=("the file was changed afterward",))
    kept = StoredFiles.read(folder, manifest)
    chosen = _sample(kept.seeds, sample, manifest["id"])
    differences, notes = compare_rerun(kept, scenario, chosen, JobCache(executor, whole))
    reasons = tuple(_reasons(manifest)) if differences else ()
    return Verified(name, tuple(f"seed {seed}" for seed in chosen), len(kept.seeds), differences, (), reasons, notes)


def verify_store(
    path: Path,
    executor: Executor,
    *,
    sample: int | None = SAMPLE,
    advanced: Advanced | None = None,
    allowed: AllowedFolders = NO_FOLDERS,
) -> Verified:
    """Re-run runs of a store, and compare their digests and all other stored values.

    Args:
        path: The store.
        executor: Runs the jobs.
        sample: The number of finished runs to re-run; all if None.
        advanced: Called after each run.
        allowed: The folders whose plug-ins may be imported.

    Raises:
        UsageError: The path is not a store, the store is damaged, or none of its runs is done.
    """
    with Store.open(path, read_only=True) as store:
        with store.reading() as connection:
            rows = connection.execute("SELECT id, sim_semantics, engine_version FROM runs WHERE status = 'done'")
            made = {str(run): (int(semantics), str(version)) for run, semantics, version in rows}
        if not made:
            raise UsageError("no run of this store is done; there is nothing to verify", where=str(path))
        chosen = _sample(sorted(made), sample, "")
        asked: dict[str, Job] = {}
        refused: list[tuple[str, str]] = []
        for run in chosen:
            stored = store.job(run)
            assert stored is not None, "it is in the list"
            try:
                asked[run] = _same_job(stored, *made[run], allowed)
            except SwarmsecError as error:
                refused.append((run[:12], str(error)))
        differences = list(_compared(store, executor, asked, advanced))
    other = sorted({version for run, (_, version) in made.items() if run in asked} - {versions()["swarmsec"]})
    reasons = [f"swarmsec {', '.join(other)} then, {versions()['swarmsec']} now"] if other else [_NO_OTHER]
    reasons.append("a store does not record the machine and the libraries of its runs")
    return Verified(
        subject=str(path),
        checked=tuple(run[:12] for run in asked),
        of=len(made),
        differences=tuple(differences),
        refused=tuple(refused),
        reasons=tuple(reasons) if differences else (),
    )


_NO_OTHER = (
    "nothing recorded about versions and machine differs: the stored values were changed afterward, or a plug-in draws "
    "random numbers from another source than its stream"
)


def _compared(
    store: Store, executor: Executor, asked: Mapping[str, Job], advanced: Advanced | None
) -> Iterator[RunDifference]:
    """The first difference in each run that differs, in the order of the sample."""
    found: dict[str, RunDifference | None] = {}
    for rerun in executor.run(list(asked.values())):
        kept, last = store.get(rerun.id), store.get(rerun.id, last_only=True)
        assert kept is not None and last is not None, "it is in the list"
        one = asked[rerun.id]
        name = f"{rerun.id[:12]} ({one.document['name']}, seed {one.seed}, {one.arm} arm)"
        found[rerun.id] = first_in_run(name, kept, last, rerun)
        if advanced:
            advanced(len(found), len(asked))
    yield from (difference for run in asked if (difference := found.get(run)))


def _changed_afterward(manifest: Mapping[str, Any], scenario: Scenario) -> RunDifference | None:
    """The difference if the scenario or the seeds no longer match the run's digest and id; None if they match."""
    stored, here = manifest["scenario_digest"], scenario.digest
    if stored != here:
        return RunDifference("scenario.yaml", "its digest", str(stored), here)
    stored, here = manifest["id"], run_id(scenario, manifest["seeds"])
    if stored != here and manifest["sim_semantics"] == SIM_SEMANTICS:
        return RunDifference("manifest.json", "id", str(stored), here)
    return None


def _same_job(stored: StoredJob, semantics: int, version: str, allowed: AllowedFolders) -> Job:
    """The job of a stored run, from its validated scenario.

    Raises:
        SwarmsecError: The run cannot be repeated: the engine or a plug-in has changed, or a folder must be named.
    """
    if semantics != SIM_SEMANTICS:
        raise SwarmsecError(f"was run with SIM_SEMANTICS {semantics}, and this swarmsec has {SIM_SEMANTICS}")
    return job(stored_scenario(stored, version, allowed), stored.seed, stored.arm)


def _sample(there: Sequence[Any], count: int | None, salt: str) -> tuple[Any, ...]:
    """A sample of `count` items, chosen by digest, in their original order; all items if `count` is None."""
    if count is None or count >= len(there):
        return tuple(there)
    if count < 1:
        raise UsageError(f"{count} given; must be at least 1", where="--sample")
    drawn = set(sorted(there, key=lambda one: hashlib.sha256(f"{salt}/{one}".encode()).digest())[:count])
    return tuple(one for one in there if one in drawn)


def _reasons(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The differences between the manifest's environment and this one."""
    here = {"platform": platform.platform(), "cpu_features": cpu_features()}
    known = False
    if manifest["sim_semantics"] != SIM_SEMANTICS:
        known = True
        yield f"SIM_SEMANTICS {manifest['sim_semantics']} then, {SIM_SEMANTICS} now: a different result is expected"
    for name, version in versions().items():
        if (then := manifest["versions"].get(name)) != version:
            known = True
            yield f"{name} {then} then, {version} now"
    if manifest.get("platform") != here["platform"]:
        known = True
        yield f"another machine or system: {manifest.get('platform')} then, {here['platform']} now"
    if "cpu_features" not in manifest:
        yield "the manifest does not record the processor, on which the last bits can depend"
    elif manifest["cpu_features"] != here["cpu_features"]:
        known = True
        then, now = _features_text(manifest["cpu_features"]), _features_text(here["cpu_features"])
        yield f"another processor: {then} then, {now} now"
    if not known:
        yield _NO_OTHER


def _features_text(features: Any) -> str:
    return " ".join(map(str, features)) if isinstance(features, list) else str(features)
