"""From a run to its pictures: each snapshot that is shown, drawn once."""

from collections.abc import Collection, Generator

from fitreel.model.record.reader import Record
from fitreel.render.captions.run_captions import run_captions
from fitreel.render.frame import DrawnFrame
from fitreel.render.mpl.theme import load_theme
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.point_predictions import AsidePredictions
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_count
from fitreel.render.single.demo_scene import DemoScene
from fitreel.render.single.frame_plans import frame_plans
from fitreel.render.single.scene_choice import is_demos_own, scene_of
from fitreel.render.single.states.run_state import film_states, still_states
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline
from fitreel.render.view import view_of


def drawn_snapshots(
    run: Record,
    settings: PictureSettings,
    timeline: Timeline,
    stills: Collection[int],
    *,
    film: bool = True,
) -> Generator[DrawnFrame, None, None]:
    """Draw what `timeline` shows and the snapshots `stills`, in bounded memory.

    Args:
        run: the record.
        settings: how it looks.
        timeline: that of the film, of which a still has the axis of epochs.
        stills: numbers of snapshots; in a theme they come first.
        film: whether the frames of the film are drawn, too.

    Raises:
        BadInput: the record is damaged, or holds what can't be drawn.
        Unavailable: no font here has the characters.
    """
    words = translation_of(settings.language, settings.words)
    if settings.is_demo and run.header.is_curve:
        moving = timeline if film else None
        yield from _demo_frames(run, settings, words, moving, stills)
        return
    captions = run_captions(run, settings, timeline, words)
    scene = scene_of(run, settings, timeline.axis, captions.texts())
    assert not isinstance(scene, DemoScene)
    drawer = FrameDrawer(scene)
    weights = needs_weights(settings.panels) or view_needs_weights(run, settings.view)
    for number, state in still_states(run, stills, captions, weights=weights):
        scene.show(state)
        frame = drawer.draw()
        yield DrawnFrame(frame, number, 0, drawer.changed)
    if not film:
        return
    for plan in film_states(run, timeline, captions, weights=weights):
        scene.show(plan.state)
        frame = drawer.draw()
        yield DrawnFrame(frame, None, plan.frames, drawer.changed)


def view_needs_weights(run: Record, view: str | None) -> bool:
    """Whether a picture shows more of a snapshot than its prediction."""
    kind = view_of(run, view)
    if kind == "scatter":
        aside = AsidePredictions.of_run(run)
        return aside is not None and aside.needs_weights
    return kind == "slices"


def _demo_frames(
    run: Record,
    settings: PictureSettings,
    words: Translation,
    timeline: Timeline | None,
    stills: Collection[int],
) -> Generator[DrawnFrame, None, None]:
    scene = scene_of(run, settings)
    assert isinstance(scene, DemoScene)
    drawer = FrameDrawer(scene)
    last = shown_count(run, settings) - 1
    warns = run.ending == "diverged" and not is_demos_own(run, settings)
    warning = load_theme(settings.theme).warning
    for plan in frame_plans(run, timeline, stills):
        if plan.number is None:
            remark = words.text("interpolated")
        else:
            remark = ending_of(run, words) if plan.number >= last else ""
        is_end = plan.number is not None and plan.number >= last
        scene.show(plan.snapshot, remark, warning if warns and is_end else "black")
        frame = drawer.draw()
        yield DrawnFrame(frame, plan.number, plan.frames, drawer.changed)


def ending_of(run: Record, words: Translation) -> str:
    """What the last frame says of a run that ended early."""
    if run.ending in ("delta", "diverged") and run.ending_epoch is not None:
        key = "delta_reached" if run.ending == "delta" else "diverged"
        return words.text(key, epoch=str(run.ending_epoch))
    return ""
