"""Train one network into its run folder."""

from contextlib import suppress
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
from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.record.chunk import Tensors
from fitreel.model.record.reader import Record
from fitreel.model.record.writer import RecordWriter
from fitreel.model.system.private_folders import choose_torch_cache
from fitreel.render.text.numbers import DEMO, write_number

if TYPE_CHECKING:
    from fitreel.model.training.loop import Training


def build_training(resolved_job: ResolvedJob, report: Report) -> "Training":
    """The job's network, ready to be trained.

    Raises:
        BadInput: torch can't do what is asked.
        Unavailable: the device is not here.
    """
    # torch takes over a second to import, and as long again for what its optimizers need: only
    # here, where something is trained, and none of it looks at the stop flag.
    choose_torch_cache()
    with signals.ending_at_once(report.error):
        from fitreel.model.training.loop import Training
        from fitreel.model.training.own_code import all_stays_as_it_was, guard

        try:
            with (
                guard(resolved_job.own_code, lambda: "before the first epoch"),
                all_stays_as_it_was(),
            ):
                training = Training(task_of(resolved_job))
            if resolved_job.own_code.module is not None:
                from fitreel.model.training.checkpoint import save_checkpoint

                save_checkpoint(training)  # what can't be recorded is refused before all the hours
            return training
        except FitreelError as error:
            raise type(error)(f"{resolved_job.loaded.source.label}: {error}") from error


def train_single(locked_run: LockedRun, training: "Training", report: Report) -> None:
    """Train what isn't trained yet into a run folder, with what `build_training` gave.

    Raises:
        BadInput: torch can't do what is asked, or the record is damaged.
        Unavailable: the device is not here.
        CannotWrite: the system refuses.
        Busy: another process draws from the old record.
        Stopped: a signal came; what is trained is on disk.
    """
    job = locked_run.resolved_job.loaded.job
    from fitreel.model.training.devices import environment

    here = environment(training.device)
    run = locked_run.begin(training.description, training.layout, training.data, here)
    report.say(run.header.network)
    report.say(f"{run.header.parameters:,} parameters")
    report.say(f"{locked_run.path}: training on {training.device} ({training.device_reason})")
    if run.chunks:
        _resume(training, run, here, report)
    writer = RecordWriter(run, here, replaces_from=first_replaced(run, training.epoch))
    if locked_run.shorter is not None:
        _go_on(training, locked_run.shorter, writer, report)
    _epochs(training, writer, report, job.train.epochs, job.name)


def _resume(training: "Training", run: Record, here: Environment, report: Report) -> None:
    from fitreel.model.training.checkpoint import load_checkpoint, tensors_of

    arrays, tree = run.state()
    with saying_what_to_do(run.path):
        load_checkpoint(training, tensors_of(arrays), tree)
    report.say(f"{run.path}: going on from epoch {training.epoch}{no_closing_of(run)}")
    line = other_conditions(run, here)
    if line is not None:
        report.warn(f"{run.path}: {line}")


def _go_on(training: "Training", shorter: Record, writer: RecordWriter, report: Report) -> None:
    from fitreel.model.training.checkpoint import (
        arrays_of,
        load_checkpoint,
        save_checkpoint,
        tensors_of,
    )

    def save() -> Checkpoint:
        tensors, tree = save_checkpoint(training)
        return arrays_of(tensors), tree

    def load(checkpoint: Checkpoint) -> None:
        arrays, tree = checkpoint
        load_checkpoint(training, tensors_of(arrays), tree)

    if go_on(shorter, writer, training.settings, save, load, report):
        line = other_conditions(shorter, writer.environment)
        if line is not None:
            report.warn(f"{writer.path}: {line}")


def _epochs(
    training: "Training", writer: RecordWriter, report: Report, epochs: int, name: str
) -> None:
    from fitreel.model.training.checkpoint import arrays_of, save_checkpoint
    from fitreel.model.training.own_code import all_stays_as_it_was

    def write() -> None:
        tensors, tree = save_checkpoint(training)
        writer.write(arrays_of(tensors), tree)

    # What own code changes in a step is gone before the next training, and before it is drawn.
    with all_stays_as_it_was(), report.progress(f"training {name}", epochs, "epochs") as update:
        for snapshot in training.epochs():
            if snapshot is not None:
                writer.add(snapshot)
                update(snapshot.epoch + 1, f"loss {write_number(snapshot.loss, DEMO)}")
            if training.ending is None:
                if signals.cancelled():
                    write()
                    signals.raise_if_cancelled()
                elif writer.due:
                    write()
        update(training.epoch, "")
    assert training.ending is not None
    if training.closing is not None and writer.takes_closing:
        writer.add(training.closing)
    state: Tensors | None = None
    tree = ""
    if training.ending != "diverged":  # from what isn't finite nothing goes on
        with suppress(BadInput):  # nor from what can't be recorded, which is no failure here
            tensors, tree = save_checkpoint(training)
            state = arrays_of(tensors)
    writer.finish(training.ending, training.epoch, state, tree)
