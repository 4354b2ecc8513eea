"""Train networks of one shape at once, each into its own run folder."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.continuation.more_epochs import Checkpoint, go_on, saying_what_to_do
from fitreel.jobs.train.locked_run import (
    Environment,
    LockedRun,
    first_replaced,
    no_closing_of,
    other_conditions,
    task_of,
)
from fitreel.model.errors import FitreelError, Stopped
from fitreel.model.record.reader import Record
from fitreel.model.record.writer import RecordWriter, Rhythm
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.render.text.numbers import DEMO, write_number

if TYPE_CHECKING:
    from fitreel.model.record.snapshot import Snapshot
    from fitreel.model.training.batched.loop import BatchedTraining


def build_batch(resolved_jobs: Sequence[ResolvedJob], report: Report) -> "BatchedTraining":
    """The jobs' networks, ready to be trained at once.

    Raises:
        BadInput: they can't be, or torch can't do what is asked.
        Unavailable: the device is not here.
    """
    choose_torch_cache()
    with signals.ending_at_once(report.error):  # for torch's import
        from fitreel.model.training.batched.loop import BatchedTraining

        try:
            return BatchedTraining([task_of(each) for each in resolved_jobs])
        except FitreelError as error:
            raise type(error)(f"{resolved_jobs[0].loaded.source.label}: {error}") from error


def train_batch(locked_runs: Sequence[LockedRun], report: Report) -> dict[int, FitreelError]:
    """Train what isn't whole in the folders of `locked_runs`; what failed, by its place among them.

    One whose folder can't be written or gone on from fails alone; one that reaches its delta or
    diverges ends alone.

    Raises:
        BadInput: they can't be trained at once, or torch can't do what is asked.
        Unavailable: the device is not here.
        Stopped: a signal came; what is trained is on disk.
    """
    training = build_batch([locked_run.resolved_job for locked_run in locked_runs], report)
    from fitreel.model.training.devices import environment

    batch = _RecordedBatch(training, locked_runs, environment(training.device), report)
    batch.open()
    batch.train()
    return batch.failures


class _RecordedBatch:
    """The networks of a batch, and the records that they are written to."""

    def __init__(
        self,
        training: "BatchedTraining",
        locked_runs: Sequence[LockedRun],
        here: Environment,
        report: Report,
    ) -> None:
        self.training, self.locked_runs, self.here, self.report = (
            training,
            locked_runs,
            here,
            report,
        )
        self.failures: dict[int, FitreelError] = {}
        self._writers: dict[int, RecordWriter] = {}
        self._rhythm = Rhythm()

    def open(self) -> None:
        """Begin every record, or go on from where it ends."""
        training, report = self.training, self.report
        first = self.locked_runs[0]
        networks = training.networks
        if len(networks) == 1:
            report.say(str(networks[0]))
            report.say(f"{training.parameter_count:,} parameters")
        what = "training" if len(networks) == 1 else f"training {len(networks)} networks at once"
        report.say(f"{first.path}: {what} on {training.device} ({training.device_reason})")
        conditions: dict[str, int] = {}
        for k, locked_run in enumerate(self.locked_runs):
            signals.raise_if_cancelled()
            try:
                run = locked_run.begin(
                    str(networks[k]), training.layout(k), training.data(k), self.here
                )
                if run.chunks:
                    self._resume(k, locked_run, conditions)
                again = first_replaced(run, training.epochs_done[k])
                writer = RecordWriter(run, self.here, replaces_from=again)
                if locked_run.shorter is not None:
                    self._go_on(k, locked_run.shorter, writer, conditions)
                self._writers[k] = writer
            except FitreelError as error:
                self._fail(k, error)
        for line, count in conditions.items():
            report.warn(f"{first.path}{f' and {count - 1} more' if count > 1 else ''}: {line}")

    def _resume(self, k: int, locked_run: LockedRun, conditions: dict[str, int]) -> None:
        from fitreel.model.training.checkpoint import tensors_of

        assert locked_run.run is not None
        arrays, tree = locked_run.run.state()
        with saying_what_to_do(locked_run.path):
            self.training.load_checkpoint(k, tensors_of(arrays), tree)
        epoch = self.training.epochs_done[k]
        no_closing = no_closing_of(locked_run.run)
        self.report.say(f"{locked_run.path}: going on from epoch {epoch}{no_closing}")
        self._compare_conditions(locked_run.run, conditions)

    def _go_on(
        self, k: int, shorter: Record, writer: RecordWriter, conditions: dict[str, int]
    ) -> None:
        from fitreel.model.training.checkpoint import arrays_of, tensors_of

        def save() -> Checkpoint:
            tensors, tree = self.training.state(k)
            return arrays_of(tensors), tree

        def load(checkpoint: Checkpoint) -> None:
            arrays, tree = checkpoint
            self.training.load_checkpoint(k, tensors_of(arrays), tree)

        train = self.locked_runs[k].resolved_job.train
        if go_on(shorter, writer, train, save, load, self.report):
            self._compare_conditions(shorter, conditions)

    def _compare_conditions(self, run: Record, conditions: dict[str, int]) -> None:
        line = other_conditions(run, self.here)
        if line is not None:
            conditions[line] = conditions.get(line, 0) + 1

    def train(self) -> None:
        """Train to the end of all, writing about once a second.

        Raises:
            Stopped: a signal came; what is trained is on disk.
        """
        job = self.locked_runs[0].resolved_job.loaded.job
        last = max(
            locked_run.resolved_job.loaded.job.train.epochs for locked_run in self.locked_runs
        )
        count = len(self.locked_runs)
        what = f"training {job.name}" if count == 1 else f"training {count} networks"
        with self.report.progress(what, last, "epochs") as update:
            for snapshots in self.training.epochs():
                for k, snapshot in snapshots.items():
                    if k in self._writers:
                        self._writers[k].add(snapshot)
                if snapshots:
                    update(max(s.epoch for s in snapshots.values()) + 1, _losses(snapshots))
                self._finish_those_that_ended()
                if signals.cancelled():
                    self._write()
                    signals.raise_if_cancelled()
                elif self._rhythm.due(sum(r.bytes_waiting for r in self._writers.values())):
                    self._write()
            update(max(self.training.epochs_done), "")

    def _finish_those_that_ended(self) -> None:
        from fitreel.model.training.checkpoint import arrays_of

        endings = self.training.endings
        for k in [k for k in self._writers if endings[k] is not None]:
            ending = endings[k]
            assert ending is not None
            writer, closing = self._writers.pop(k), self.training.closing(k)
            if closing is not None and writer.takes_closing:
                writer.add(closing)
            # From what isn't finite nothing goes on.
            tensors, tree = ({}, "") if ending == "diverged" else self.training.state(k)
            try:
                writer.finish(
                    ending, self.training.epochs_done[k], arrays_of(tensors) or None, tree
                )
            except FitreelError as error:
                self._fail(k, error)

    def _write(self) -> None:
        from fitreel.model.training.checkpoint import arrays_of

        started = time.monotonic()
        for k, writer in list(self._writers.items()):
            tensors, tree = self.training.state(k)
            try:
                writer.write(arrays_of(tensors), tree)
            except FitreelError as error:
                del self._writers[k]
                self._fail(k, error)
        self._rhythm.wrote(started)

    def _fail(self, k: int, error: FitreelError) -> None:
        if isinstance(error, Stopped):
            raise error
        self.failures[k] = error
        self.training.leave_out(k)


def _losses(snapshots: "dict[int, Snapshot]") -> str:
    losses = [snapshot.loss for snapshot in snapshots.values()]
    if len(losses) == 1:
        return f"loss {write_number(losses[0], DEMO)}"
    return f"loss {write_number(min(losses), DEMO)} to {write_number(max(losses), DEMO)}"
