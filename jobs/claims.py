"""A run folder whose lock is held, from the job that it is for to a record that can be added to."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from fitreel.jobs.prepare import Prepared
from fitreel.jobs.spec import spelled
from fitreel.model.record import Run
from fitreel.model.recorder import begin

if TYPE_CHECKING:
    from numpy import float32

    from fitreel.model.train import Task

Environment = dict[str, str | int]


@dataclass(frozen=True)
class Claim:
    """A job's place, and what is recorded there; only while its lock is held."""

    prepared: Prepared
    path: Path
    run: Run | None
    """None where nothing is recorded yet."""

    @property
    def is_trained(self) -> bool:
        """Whether the record is whole."""
        return self.run is not None and self.run.ending is not None

    def begun(
        self,
        network: str,
        layout: dict[str, tuple[int, ...]],
        points: "dict[str, NDArray[float32]]",
        environment: Environment,
    ) -> Run:
        """The record so far, or a new one with its header and points.

        Raises:
            CannotWrite: the system refuses.
        """
        if self.run is not None:
            return self.run
        job = self.prepared.loaded.job
        return begin(
            self.path,
            version=version("fitreel"),
            name=job.name,
            fingerprint=self.prepared.fingerprint,
            job=spelled(job),
            network=network,
            layout=layout,
            environment=environment,
            points=points,
        )


def task_of(prepared: Prepared) -> "Task":
    """What the torch half needs to know of a job; imports torch."""
    from fitreel.model.train import Task

    job = prepared.loaded.job
    return Task(
        seed=job.seed,
        data=job.data,
        network=job.network,
        train=job.train,
        formula=prepared.formula,
        points=prepared.points,
        module_file=prepared.module_file,
    )


def other_conditions(run: Run, here: Environment) -> str | None:
    """What of the machine has changed since the last chunk, in a line; None where nothing has."""
    before = run.chunks[-1].environment
    changed = [
        f"{key} was {before.get(key)}, is {here[key]}"
        for key in here
        if before.get(key) != here[key]
    ]
    if not changed:
        return None
    return (
        f"trained so far under other conditions ({'; '.join(changed)}): "
        "the last bits may differ from an uninterrupted run's"
    )
