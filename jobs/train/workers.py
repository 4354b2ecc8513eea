"""Those who train many beside each other: on this machine, or on a cluster's.

What trains, records and reports is the same in both: `worker_tasks`, in a process of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.train.partition import Batch


@dataclass(frozen=True)
class Failure:
    """Why a configuration could not be trained."""

    code: int
    """The exit code that it asks for."""
    reason: str
    """One or two lines."""
    is_lost: bool = False
    """Whether it was its process that ended: nobody knows whether the configuration is to blame."""


@dataclass(frozen=True)
class TrainRequest:
    """What one process is asked for in one go."""

    batch: Batch
    configurations: Sequence[dict[str, Any]]
    """Those of `batch`, as `worker_messages.encode` spells them."""
    resolved_jobs: Sequence[ResolvedJob] = ()
    """The same, for who asks."""
    only_check: bool = False
    """Whether it is only found out whether they can be trained."""


Progress = Callable[[int, int | None, str, int], None]
"""Takes the place of a request, how many epochs are done (None at the end), a word, and at the end
how many of it have failed."""


class Workers(Protocol):
    """Processes that train, and end when the work does."""

    @property
    def count(self) -> int:
        """How many train at once."""

    @property
    def trouble(self) -> str:
        """Why there are no more of them; empty where there are."""

    def work(
        self, requests: Sequence[TrainRequest], progress: Progress
    ) -> tuple[dict[int, Failure], list[Batch]]:
        """Have requests done.

        Returns:
            The failures by the number of their configuration; and what nobody has taken up,
            because there is nobody any more.

        Raises:
            Stopped: a signal came.
            Unavailable: nobody is left who could, and nothing here can take their place.
        """

    def stop(self) -> None:
        """Have all stop: what they have trained is recorded."""

    def close(self) -> None:
        """Let all end, and make those that don't."""


def outcome(count: int, reasons: Sequence[str]) -> str:
    """What became of a request for `count` configurations, of which some failed, in a few words."""
    if not reasons:
        return "trained"
    first = reasons[0].partition("\n")[0]
    failed = f"{len(reasons)} failed" if count > 1 else "failed"
    others = f"{count - len(reasons)} trained, " if len(reasons) < count else ""
    return f"{others}{failed}: {first}"
