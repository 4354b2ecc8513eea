"""A film of a figure that a function changes from frame to frame."""

import operator
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.figure_film import FigureFilm, check_figure
from fitreel.jobs.films.live.live_film import LiveFilm

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def animate(
    figure: "Figure",
    update: Callable[[Any], object],
    frames: int | Iterable[Any],
    out: str | os.PathLike[str],
    *,
    fps: float = 20,
    overwrite: bool = False,
) -> Path:
    """Make a film of a figure: `update` is called with each of `frames`, and each is a frame.

        fitreel.animate(figure, lambda k: line.set_ydata(np.sin(x + k / 10)), 100, "wave.gif")

    Args:
        figure: what is drawn.
        update: changes the figure; what it returns isn't looked at.
        frames: what `update` is called with: so many numbers from 0, or any iterable.
        out: where the film goes; its ending picks the format, as with `film`.
        fps: frames a second, 0.1 to 240.
        overwrite: replace what fitreel did not make, too.

    Returns:
        `out`: where the film is. A notebook shows it.

    Raises:
        FileExistsError: something is at `out` that fitreel did not make, or that was changed since.
        TypeError: `figure`, `update` or `frames` is none.
        BadInput: there was no frame, or as with `film`.
        CannotWrite: the system refuses, or ffmpeg failed.
        Unavailable: there is no ffmpeg, or it lacks the encoder.
        Exception: what `update` raises; the film so far is whole.
    """
    if figure is None:
        raise TypeError("figure: needs matplotlib's Figure, not None")
    check_figure(figure)
    if not callable(update):
        raise TypeError(f"update: needs a function of one argument, not {type(update).__name__}")
    values = _values(frames)
    provenance = {"made_by": "a program of yours (animate)"}
    film = LiveFilm(out, fps, overwrite=overwrite, provenance=provenance)
    with FigureFilm(film, figure, every=1) as reel:
        for value in values:
            update(value)
            reel.frame()
            if film.is_idle:  # nothing more would be written
                break
    return reel.path


def _values(frames: int | Iterable[Any]) -> Iterable[Any]:
    try:
        return range(operator.index(frames))  # type: ignore[arg-type]
    except TypeError:
        pass
    if isinstance(frames, Iterable):
        return frames
    raise TypeError(f"frames: needs a number of frames or what can be gone through, not {frames!r}")
