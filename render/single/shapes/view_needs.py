"""What the middle of each view needs, from what is known of a run before it is trained, too."""

from fitreel.render.mpl.setup import in_force  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

from fitreel.render.mpl.theme import Theme
from fitreel.render.page.readouts import Readout
from fitreel.render.single.shapes.shape_picture import Needs
from fitreel.render.text.translations import Translation

LONGEST_BESIDE = 24
"""Of a curve's name, so many signs count."""
KEY_ROW, BARS = 1.1, 7.0
"""How high a key is, and a histogram of residuals, in font sizes of names."""


def picture_needs(shape: tuple[int, int], panels: Sequence[str], *, has_target: bool) -> Needs:
    """Of a picture of (rows, columns): target and error stand beside each other, or under each
    other where nothing follows.
    """
    rows, columns = shape
    beside = 2 * rows / columns + 0.4 if panels == ("error",) else 0.5 * rows / columns + 0.08
    return Needs(
        has_ticks=False, pixels=shape, loss_in_readouts=True, panels=("error",),
        aside=beside if has_target else 0.0,
    )  # fmt: skip


def plane_needs(numbers: Sequence[str], along: str, words: Translation) -> Needs:
    """Of a curve in the plane; `numbers` stand left of it, `along` is what goes along it."""
    return Needs(
        0.8, 560 / 488, numbers, beside=words.text("legend_prediction"), rows=KEY_ROW,
        loss_in_readouts=True, in_plane=True, along=along,
    )  # fmt: skip


def curves_needs(numbers: Sequence[str], names: Sequence[str], along: str) -> Needs:
    """Of a curve for each of `names` over an input that is called `along`."""
    return Needs(
        0.8, 1.6, numbers, loss_in_readouts=True, beside=max(names, key=len)[:LONGEST_BESIDE],
        names=names, along=along,
    )  # fmt: skip


def scatter_needs(
    numbers: Sequence[str], errors: Sequence[str], theme: Theme, words: Translation,
    *, has_aside: bool,
) -> Needs:  # fmt: skip
    """Of predictions against targets; `errors` are the widest typical errors."""
    return Needs(
        numbers=numbers, rows=BARS,
        readouts=[Readout(words.text("typical_error"), errors, theme.prediction)],
        under=words.text("kept_aside") if has_aside else "",
    )  # fmt: skip


def confusion_needs(
    names: Sequence[str], count: int, theme: Theme, words: Translation
) -> Needs:  # fmt: skip
    """Of a matrix of classes over so many points."""
    wrong = words.text("some_of", some=count, all=count)
    return Needs(
        0.9, 1.25, has_ticks=False, under=words.text("percent_right", percent=100), names=names,
        readouts=[Readout(words.text("wrong_points"), [wrong], theme.text)],
    )  # fmt: skip


def slices_needs(numbers: Sequence[str], inputs: Sequence[str], key: Sequence[str]) -> Needs:
    """Of slices along `inputs`; `key` are the names of several curves."""
    return Needs(
        0.9, 1.6, numbers, names=[*inputs, *key], rows=KEY_ROW * bool(key), loss_in_readouts=True,
    )  # fmt: skip
