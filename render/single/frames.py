"""From a run to its pictures: each snapshot that is shown, drawn once."""

import math
from collections.abc import Collection, Generator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.frame import DrawnFrame
from fitreel.render.panel_kinds import needs_weights
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.single.demo_scene import DemoScene, TextPlace
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.timeline import Timeline

if TYPE_CHECKING:
    from fitreel.render.single.themed_scene import ThemedScene


def pictures(
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
    for plan in picture_plans(run, timeline, stills, needs_weights(settings.panels)):
        remark = ending_of(run, words) if plan.number == len(run) - 1 else ""
        if plan.number is None:
            remark = words.text("interpolated")
        scene.show(plan.snapshot, remark)
        frame = drawer.draw()
        yield DrawnFrame(frame, plan.number, plan.frames, drawer.changed)


class PicturePlan(NamedTuple):
    """What is drawn once, and for how many frames it stays on screen."""

    snapshot: Snapshot
    number: int | None
    """Of the snapshot in its run; None where it is interpolated."""
    frames: int


def picture_plans(
    run: Record, timeline: Timeline | None, stills: Collection[int], weights: bool = False
) -> Iterator[PicturePlan]:
    """What has to be drawn, in order: the frames of `timeline`, and the snapshots of `stills`.

    Of the run, two snapshots are in memory at a time.
    """
    frames: dict[int, dict[float, int]] = {index: {0.0: 0} for index in stills}
    if timeline is not None:
        for index, blend in zip(timeline.indices.tolist(), timeline.blend.tolist(), strict=True):
            shares = frames.setdefault(index, {})
            shares[blend] = shares.get(blend, 0) + 1
    ends = {index + 1 for index, shares in frames.items() if any(shares)}
    indices = sorted(frames.keys() | ends)
    snapshots = run.snapshots(indices, weights=weights)
    after = next(snapshots)
    for index in indices:
        snapshot = after
        after = next(snapshots, snapshot)
        for blend, count in sorted(frames.get(index, {}).items()):
            if blend:
                yield PicturePlan(_between(snapshot, after, blend), None, count)
            else:
                yield PicturePlan(snapshot, index, count)


def _between(before: Snapshot, after: Snapshot, share: float) -> Snapshot:
    """What would be seen between two snapshots if everything went in straight lines."""

    def blend_of(one: Any, other: Any) -> Any:
        return one if one is None or other is None else (1 - share) * one + share * other

    return Snapshot(
        epoch=math.floor(blend_of(before.epoch, after.epoch)),
        loss=blend_of(before.loss, after.loss),
        seconds=blend_of(before.seconds, after.seconds),
        prediction=np.asarray(blend_of(before.prediction, after.prediction), np.float32),
        weights=blend_of(before.weights, after.weights),
        truth_loss=blend_of(before.truth_loss, after.truth_loss),
    )


def text_place(run: Record) -> TextPlace:
    """The demo's data keep the demo's text; others get it where it hides no points."""
    data = run.header.job.get("data", {})
    if data.get("function", "x**3") in ("x**3", "cubic") and not {"domain", "file"} & set(data):
        return "demo"
    return "corner" if run.ending == "diverged" else "free"


def scene_of(run: Record, settings: PictureSettings) -> "DemoScene | ThemedScene":
    """The demo's picture of a run, or where anything is added to it, the lecture hall's.

    Raises:
        BadInput: a theme, text or panel that can't be drawn.
        Unavailable: no font here has the characters.
    """
    if not settings.is_demo:
        from fitreel.render.mpl.theme import load_theme
        from fitreel.render.single.themed_scene import ThemedScene

        words = translation_of(settings.language, settings.words)
        return ThemedScene(run, settings, load_theme(settings.theme), words)
    truth = None
    if settings.truth and run.truth is not None:
        truth = run.prediction_x, run.truth
    return DemoScene(run.x, run.y, run.prediction_x, settings.pixels, truth, text_place(run))


def ending_of(run: Record, words: Translation) -> str:
    """What the last frame says of a run that ended early."""
    if run.ending in ("delta", "diverged") and run.ending_epoch is not None:
        key = "delta_reached" if run.ending == "delta" else "diverged"
        return words.text(key, epoch=str(run.ending_epoch))
    return ""
