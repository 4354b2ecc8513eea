"""From a run to its pictures: each snapshot that is shown, drawn once."""

from collections.abc import Collection, Generator
from typing import TYPE_CHECKING

from fitreel.model.record.reader import Record
from fitreel.render.frame import DrawnFrame
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_count
from fitreel.render.single.frame_plans import frame_plans
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline

if TYPE_CHECKING:
    pass


def drawn_snapshots(
    run: Record, settings: PictureSettings, timeline: Timeline | None, stills: Collection[int]
) -> Generator[DrawnFrame, None, None]:
    """Draw what `timeline` shows and the snapshots `stills`, in order, in bounded memory.

    Raises:
        BadInput: the record is damaged, or holds what can't be drawn.
        Unavailable: no font here has the characters.
    """
    words = translation_of(settings.language, settings.words)
    scene = scene_of(run, settings)
    drawer = FrameDrawer(scene)
    last = shown_count(run, settings) - 1
    for plan in frame_plans(run, timeline, stills, needs_weights(settings.panels)):
        if plan.number is None:
            remark = words.text("interpolated")
        else:
            remark = ending_of(run, words) if plan.number >= last else ""
        scene.show(plan.snapshot, remark)
        frame = drawer.draw()
        yield DrawnFrame(frame, plan.number, plan.frames, drawer.changed)


def ending_of(run: Record, words: Translation) -> str:
    """What the last frame says of a run that ended early."""
    if run.ending in ("delta", "diverged") and run.ending_epoch is not None:
        key = "delta_reached" if run.ending == "delta" else "diverged"
        return words.text(key, epoch=str(run.ending_epoch))
    return ""
