"""What fields of numbers and regions of classes share: samples, quiet words."""

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.scaled_loss import unscaled_loss
from fitreel.render.text.translations import Translation

BETWEEN = " · "


def last_prediction(run: Record) -> Snapshot:
    """The last snapshot that is shown."""
    return next(shown_snapshots(run, [len(run) - 1]))


def remark_of(run: Record, state: RunState, words: Translation) -> str:
    """The quiet words of a frame."""
    remarks = [unscaled_loss(run, state.snapshot.loss, words)]
    if state.is_interpolated:
        remarks.append(words.text("interpolated"))
    return BETWEEN.join(filter(None, remarks))


def longest_remark(run: Record, words: Translation) -> str:
    """Of all frames, about."""
    losses = [unscaled_loss(run, float(loss), words) for loss in (*run.losses[:1], 1e9)]
    return BETWEEN.join(filter(None, (max(losses, key=len), words.text("interpolated"))))
