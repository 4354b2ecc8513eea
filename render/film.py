"""From a run to its films: open the outputs, draw each snapshot once, encode, close."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from fitreel.model.record import Run
from fitreel.render.encode import open_output
from fitreel.render.frames import FrameDrawer
from fitreel.render.scene import DemoScene
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
    scene = DemoScene(run, settings)
    drawer = FrameDrawer(scene)
    with ExitStack() as stack:
        outputs = [
            (reel, stack.enter_context(open_output(reel.path, settings, reel.imprint, check)))
            for reel in reels
        ]
        for done, (index, snapshot) in enumerate(zip(shown, run.snapshots(shown), strict=True), 1):
            check()
            scene.show(snapshot)
            frame = drawer.draw()
            for reel, output in outputs:
                if reel.still in (None, index):
                    output.write(frame)
            progress(done)
        for _, output in outputs:
            output.finish()
