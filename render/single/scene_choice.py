"""Which picture a run has: the demo's, or a themed one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fitreel.model.record.reader import Record
from fitreel.render.panel_kinds import panels_without_curve
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.single.demo_scene import DemoScene, DemoText, TextPlace
from fitreel.render.text.axis_labels import axis_labels
from fitreel.render.text.scaled_loss import beneath_loss
from fitreel.render.text.translations import english, translation_of
from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.pace_settings import Pacing

if TYPE_CHECKING:
    from fitreel.render.single.themed_scene import ThemedScene


def text_place(run: Record) -> TextPlace:
    """The demo's data keep the demo's text; others get it where it hides no points."""
    if run.header.recorder == "program":
        return "corner" if run.ending == "diverged" else "free"
    data = run.header.job.get("data", {})
    if data.get("function", "x**3") in ("x**3", "cubic") and not {"domain", "file"} & set(data):
        return "demo"
    return "corner" if run.ending == "diverged" else "free"


def scene_of(
    run: Record,
    settings: PictureSettings,
    axis: EpochAxis | None = None,
    captions: Sequence[str] = (),
) -> "DemoScene | ThemedScene":
    """The demo's picture of a run, or where anything is added to it, the lecture hall's.

    Of a record that isn't one of a curve its panels fill the picture.

    Args:
        run: the record.
        settings: how it looks.
        axis: of epochs, as the film's pace has it; None: a linear one. The demo's has none.
        captions: all that is said at the foot of any frame.

    Raises:
        BadInput: a theme, text or panel that can't be drawn.
        Unavailable: no font here has the characters.
    """
    if not run.header.is_curve:
        settings = replace(settings, panels=panels_without_curve(settings.panels, run))
    if not settings.is_demo:
        from fitreel.render.mpl.theme import load_theme
        from fitreel.render.single.themed_scene import ThemedScene

        words = translation_of(settings.language, settings.words)
        axis = axis or epoch_axis([run.epochs], Pacing())
        return ThemedScene(run, settings, load_theme(settings.theme), words, axis, captions)
    truth = None
    if settings.truth and run.truth is not None:
        truth = run.prediction_x, run.truth
    return DemoScene(
        run.x,
        run.y,
        run.prediction_x,
        settings.pixels,
        truth,
        DemoText(
            text_place(run),
            losses_from(run),
            (lambda loss: beneath_loss(run, loss, english())) if run.loss_is_scaled else None,
            axis_labels(settings),
        ),
    )
