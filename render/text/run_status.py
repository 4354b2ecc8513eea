"""What is written of a compared run: its loss, how it ended or failed, where the clock stands."""

from fitreel.model.record.reader import Record
from fitreel.render.comparison_picture import Entry
from fitreel.render.text.numbers import SHORT, write_number
from fitreel.render.text.scaled_loss import loss_label
from fitreel.render.text.translations import english
from fitreel.render.timing.comparison_timetable import Clock


def failure_of(entry: Entry) -> str:
    """What an entry without a run says in place of its picture."""
    words = english()
    return (
        words.text("failed_because", reason=entry.failure)
        if entry.failure
        else words.text("failed")
    )


def ending_of(run: Record) -> str:
    """What is said of a run that goes no further; in itself enough to be understood."""
    if run.ending in ("delta", "diverged"):
        key = "delta_reached_short" if run.ending == "delta" else "diverged_short"
        return english().text(key, epoch=str(run.ending_epoch))
    return english().text("done" if run.ending == "complete" else "unfinished")


def has_ended(run: Record, index: int) -> bool:
    """Whether a run holds its last frame at this snapshot."""
    return index == len(run) - 1


def loss_text(run: Record, loss: float) -> str:
    """What is said of a run's loss in or beside axes."""
    words = english()
    return words.text("loss_value", label=loss_label(run, words), loss=write_number(loss, SHORT))


def clock_text(clock: Clock, time: float) -> str:
    """What stands over a comparison: an epoch, or seconds of training."""
    if clock == "epoch":
        return english().text("clock_epoch", epoch=f"{time:.0f}")
    seconds = f"{time:.2f}" if time < 100 else f"{time:.0f}"
    return english().text("clock_time", seconds=seconds)
