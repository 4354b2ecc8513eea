"""A run folder whose lock is held, from the job that it is for to a record that can be added to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.job import dump_job
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.read_lock import without_readers
from fitreel.jobs.train.continuation.more_epochs import record_of_fewer_epochs
from fitreel.jobs.train.run_place import back_to_state, check_run_place, discard_record
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.record.reader import Record
from fitreel.model.record.writer import begin as begin_record
from fitreel.model.record.writer import new_header
from fitreel.model.system.files import cannot_write, sweep

if TYPE_CHECKING:
    from fitreel.model.training.data.dataset import Data
    from fitreel.model.training.loop import Task

Environment = dict[str, str | int]


@dataclass(frozen=True)
class LockedRun:
    """A job's place, and what is recorded there; only while its lock is held."""

    resolved_job: ResolvedJob
    path: Path
    run: Record | None
    """None where nothing is recorded yet, or nothing that is to stay."""
    wait: Patience | None = None
    """For those who draw from what is to go."""
    shorter: Record | None = None
    """Where nothing is recorded yet: the same training with fewer epochs, to go on from."""

    @property
    def is_trained(self) -> bool:
        """Whether the record is whole."""
        return self.run is not None and self.run.ending is not None

    def begin(
        self,
        network: str,
        layout: dict[str, tuple[int, ...]],
        data: "Data",
        environment: Environment,
    ) -> Record:
        """The record so far, or a new one with its header and points; only now an old one goes.

        Raises:
            Busy: another process draws from the old one.
            CannotWrite: the system refuses.
            Stopped: a signal came while waiting.
        """
        if self.run is not None:
            return self.run
        job = self.resolved_job.loaded.job
        with without_readers(self.path, wait=self.wait):
            discard_record(self.path)
            header = new_header(
                job.name,
                self.resolved_job.fingerprint,
                dump_job(job),
                network=network,
                layout=layout,
                environment=environment,
            )
            header = replace(
                header,
                inputs=data.inputs,
                outputs=data.outputs,
                classes=data.classes,
                grid_shape=data.grid_shape,
            )
            points = self.resolved_job.points
            if points is not None:
                header = replace(header, info={"data": points.facts(dump_job(job)["data"]["file"])})
            return begin_record(self.path, header, data.own)


@contextmanager
def lock_run(resolved_job: ResolvedJob, options: Options) -> Iterator[LockedRun]:
    """Hold the lock of the job's run inside the block; what a killed process left is swept.

    What is to go (`force`) goes when the new record begins: nothing is lost to a job that can't be
    trained.

    Raises:
        BadInput: what stands there is damaged or another job's.
        CannotWrite: the system refuses.
        Busy: another process is making it, and isn't waited for, or not any more.
        Stopped: a signal came while waiting.
    """
    store = RunStore.of(options)
    path = store.path_of(resolved_job)
    own = store.folder is None
    check_run_place(path, own=own)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    with locked(path, "run", wait=options.wait):
        check_run_place(path, own=own)  # it may have been a long wait
        run = None if options.force else store.record_of(resolved_job)
        if run is not None:
            sweep(path)
            back_to_state(run)
        is_new = not options.force and (run is None or not run.chunks)
        shorter = record_of_fewer_epochs(resolved_job, options.runs) if is_new else None
        yield LockedRun(resolved_job, path, run, options.wait, shorter)


def task_of(resolved_job: ResolvedJob) -> "Task":
    """What the torch half needs to know of a job; imports torch."""
    from fitreel.model.training.loop import Task

    job = resolved_job.loaded.job
    return Task(
        seed=job.seed,
        data=job.data,
        network=job.network,
        train=resolved_job.train,
        function=resolved_job.function,
        points=resolved_job.points,
        own_code=resolved_job.own_code,
    )


def no_closing_of(run: Record) -> str:
    """What is said of a record that goes on in the format in which it began; may be empty."""
    if run.header.format > 1:
        return ""
    return "; an older fitreel began it, so it ends on its last snapshot, before the last step"


def first_replaced(run: Record, epoch: int) -> int | None:
    """From which epoch on a training that goes on at `epoch` replaces snapshots; None if none.

    One that was killed while it took over another record's begins again at its first epoch.
    """
    return epoch if len(run) and int(run.epochs[-1]) >= epoch else None


def other_conditions(run: Record, here: Environment) -> str | None:
    """What of the machine has changed since the last chunk, in a line; None where nothing has."""
    before = run.environment
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
