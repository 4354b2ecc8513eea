"""What the two inputs of a field are called at its axes."""

from collections.abc import Sequence

from fitreel.model.record.header import Column
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.axis_labels import AxisLabels, axis_labels


def input_names(inputs: Sequence[Column], settings: PictureSettings) -> AxisLabels:
    """What the inputs are called: by the job, or by their columns; x1 as mathematics has it."""
    own = axis_labels(settings)
    first, second = (column.name for column in inputs)
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
