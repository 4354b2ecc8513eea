"""From a run to its films: open the outputs, draw each snapshot once, encode, close."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from fitreel.model.record import Run
from fitreel.render.encode import open_output
from fitreel.render.frames import FrameDrawer
from fitreel.render.scene import DemoScene, TextPlace
from fitreel.render.settings import FilmSettings


@dataclass(frozen=True)
class Reel:
    """One output, and what it says of how it was made."""

    path: str
    imprint: dict[str, Any]
    still: int | None = None
    """For a picture: the snapshot it shows; None for a film, which shows them all."""


def draw_reel(
    run: Run,
    settings: FilmSettings,
    shown: Sequence[int],
    reels: Sequence[Reel],
    progress: Callable[[int], None],
    check: Callable[[], None],
) -> None:
    """Draw the snapshots `shown` of `run`, one frame each, into every reel that wants them.

    Memory doesn't grow with the number of frames.

    Raises:
        BadInput: the record is damaged.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no reel appears under its name.
    """
    size = settings.pixels
    with ExitStack() as stack:
        # ffmpeg first: it starts up while we do.
        outputs = [
            (
                reel,
                stack.enter_context(
                    open_output(reel.path, size, settings.fps, reel.imprint, check=check)
                ),
            )
            for reel in reels
        ]
        scene = scene_of(run, settings)
        drawer = FrameDrawer(scene)
        for done, (index, snapshot) in enumerate(zip(shown, run.snapshots(shown), strict=True), 1):
            check()
            scene.show(snapshot, ending_of(run) if index == len(run) - 1 else "")
            frame = drawer.draw()
            for reel, output in outputs:
                if reel.still in (None, index):
                    output.write(frame)
            progress(done)


def text_place(run: Run) -> TextPlace:
    """The demo's data keep the demo's text; others get it where it hides no points."""
    data = run.header.job.get("data", {})
    if data.get("function", "x**3") in ("x**3", "cubic") and not {"domain", "file"} & set(data):
        return "demo"
    return "corner" if run.ending == "diverged" else "free"


def scene_of(run: Run, settings: FilmSettings) -> DemoScene:
    """The demo's picture of a run; lines are drawn in the order of x."""
    truth = None
    if settings.truth and run.truth is not None:
        truth = run.prediction_x, run.truth
    return DemoScene(run.x, run.y, run.prediction_x, settings.pixels, truth, text_place(run))


def ending_of(run: Run) -> str:
    """What the last frame says of a run that ended early."""
    if run.ending == "delta":
        return f"δ reached at epoch {run.ending_epoch}"
    if run.ending == "diverged":
        return f"diverged at epoch {run.ending_epoch}"
    return ""
