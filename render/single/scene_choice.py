"""Which picture a run has: the demo's, or a themed one."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fitreel.model.record.reader import Record
from fitreel.render.mpl.figure import DEMO_SIZE
from fitreel.render.panel_kinds import panels_without_curve
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import losses_from, shown_count, shown_snapshots
from fitreel.render.single.demo.whole_film import whole_film
from fitreel.render.single.demo_scene import DemoScene, DemoText
from fitreel.render.single.shapes.shape_views import SHAPES, picture_class
from fitreel.render.text.axis_labels import axis_labels
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.scaled_loss import DEMO_LABEL, beneath_loss
from fitreel.render.text.translations import english, translation_of
from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.view import view_of

if TYPE_CHECKING:
    from fitreel.render.single.run_scene import RunScene


def is_demos_own(run: Record, settings: PictureSettings) -> bool:
    """Whether the picture is that of the demo's own job, which is a plain script's to the byte.

    It is its data, whatever the seed, the network and the training, with nothing set that changes
    a picture but its size.
    """
    data = dict(run.header.job.get("data", {}))
    data.pop("seed", None)
    return (
        run.header.recorder == "job"
        and data.pop("function", "x**3") in ("x**3", "cubic")
        and not data
        and settings.limits in (None, "frame")
        and replace(settings, pixels=DEMO_SIZE, limits=None) == PictureSettings()
    )


def scene_of(
    run: Record,
    settings: PictureSettings,
    axis: EpochAxis | None = None,
    captions: Sequence[str] = (),
) -> "DemoScene | RunScene":
    """The demo's picture of a run, or where anything is added to it, the lecture hall's.

    What isn't a curve has a picture of its own kind in all themes; where there is none for such
    data, its panels fill the picture.

    Args:
        run: the record.
        settings: how it looks.
        axis: of epochs, as the film's pace has it; None: a linear one. The demo's has none.
        captions: all that is said at the foot of any frame.

    Raises:
        BadInput: a theme, text or panel that can't be drawn.
        Unavailable: no font here has the characters.
    """
    view = view_of(run, settings.view)
    if view == "numbers":
        settings = replace(settings, panels=panels_without_curve(settings.panels, run))
    if view != "fit" or not settings.is_demo:
        from fitreel.render.mpl.theme import load_theme

        words = translation_of(settings.language, settings.words)
        axis = axis or epoch_axis([run.epochs], Pacing())
        theme = load_theme(settings.theme)
        return _scene_class(view)(run, settings, theme, words, axis, captions)
    truth = run.truth if settings.truth else None
    dashed = None if truth is None else (run.prediction_x, truth)
    if is_demos_own(run, settings):
        return DemoScene(run.x, run.y, run.prediction_x, settings.pixels)
    film = None
    if settings.limits != "frame":
        count = shown_count(run, settings)
        predictions = (each.prediction for each in shown_snapshots(run, range(count)))
        film = whole_film((run.x, run.y), run.prediction_x, predictions, truth)
    return DemoScene(
        run.x, run.y, run.prediction_x, settings.pixels, dashed, _text_of(run, settings), film
    )


def _scene_class(view: str) -> "Callable[..., RunScene]":
    """The picture that shows a view, and is made as `RunScene` says; matplotlib comes with it."""
    if view in SHAPES:
        from fitreel.render.single.shapes.shaped_scene import ShapedScene

        return partial(ShapedScene, picture_class(view))
    if view == "field":
        from fitreel.render.single.fields.field_scene import FieldScene

        return FieldScene
    if view == "regions":
        from fitreel.render.single.fields.regions_scene import RegionsScene

        return RegionsScene
    from fitreel.render.single.themed_scene import ThemedScene

    return ThemedScene


def _text_of(run: Record, settings: PictureSettings) -> DemoText:
    """What is written into a picture in the demo's look."""
    count = shown_count(run, settings)
    words, first = english(), losses_from(run)

    def beneath(loss: float) -> str:
        return beneath_loss(run, loss, words)

    losses = run.losses[:count][run.epochs[:count] >= first].tolist()
    digits = LossFormat.of(losses, words)
    written = [*digits.widest(), *map(digits.write, losses)]
    last = words.text("epoch_value", epoch=str(int(run.epochs[count - 1])))
    widest = (
        (re.sub(r"\d", "0", last),),
        _templates(words.text("loss_value", label=DEMO_LABEL, loss=loss) for loss in written),
        _templates(beneath(loss) for loss in losses) if run.loss_is_scaled else ("",),
    )
    return DemoText(
        is_above=True,
        losses_from=first,
        write_loss=digits.write,
        beneath_loss=beneath if run.loss_is_scaled else None,
        widest=widest,
        labels=axis_labels(settings),
    )


def _templates(texts: Iterable[str]) -> tuple[str, ...]:
    """One for all texts that differ in digits alone: digits are equally wide."""
    return tuple(sorted({re.sub(r"\d", "0", text) for text in texts}))
