"""What is written of a compared run: how it ended or failed."""

from fitreel.model.record.reader import Record
from fitreel.render.comparison_picture import Entry
from fitreel.render.text.translations import english


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
