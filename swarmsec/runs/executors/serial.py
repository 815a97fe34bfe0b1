"""Run one job after the other, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from swarmsec.runs.jobs import Job, JobResult, run_job
from swarmsec.runs.networks import NetworkCache
from swarmsec.runs.simulation import EachRound


class Serial:
    """Runs jobs in this process: no start-up time, but a job cannot be stopped from outside.

    Args:
        each_round: Called after each round of a job.
    """

    def __init__(self, *, each_round: EachRound | None = None) -> None:
        self._networks = NetworkCache()
        self._each_round = each_round

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Run jobs in their order."""
        for one in jobs:
            yield run_job(one, networks=self._networks, each_round=self._each_round)

    def close(self) -> None:
        """Drop the last network; no process was started."""
        self._networks.clear()
