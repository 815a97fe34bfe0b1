"""One job after the other, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from swarmsec.runs.jobs import Job, Played, play_job


class Serial:
    """Plays jobs in this process: nothing to start, and nothing that could be stopped from outside."""

    def play(self, jobs: Iterable[Job]) -> Iterator[Played]:
        """Play jobs in their order."""
        return map(play_job, jobs)

    def close(self) -> None:
        """Nothing was started."""
