"""What fields of numbers and regions of classes share: samples, names of axes, quiet words."""

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.states.run_state import RunState
from fitreel.render.text.axis_labels import AxisLabels, axis_labels
from fitreel.render.text.scaled_loss import unscaled_loss
from fitreel.render.text.translations import Translation

BETWEEN = " · "


def last_prediction(run: Record) -> Snapshot:
    """The last snapshot that is shown."""
    return next(shown_snapshots(run, [len(run) - 1]))


def input_names(run: Record, settings: PictureSettings) -> AxisLabels:
    """What the inputs are called: by the job, or by their columns; x1 as mathematics has it."""
    own = axis_labels(settings)
    first, second = (column.name for column in run.header.inputs)
    labels = []
    for asked, label, name in (
        (settings.x_label, own.x, first), (settings.y_label, own.y, second)
    ):  # fmt: skip
        labels.append(label if asked is not None else _written(name))
    return AxisLabels(*labels)


def _written(name: str) -> str:
    if len(name) == 1 and name.isalpha() and name.isascii():
        return f"${name}$"
    if len(name) > 1 and name[0].isalpha() and name.isascii() and name[1:].isdecimal():
        return f"${name[0]}_{{{name[1:]}}}$"
    return " ".join(name.split()).replace("$", r"\$")


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
