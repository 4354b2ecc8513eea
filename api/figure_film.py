"""A film of anybody's figure, frame by frame, in the middle of anybody's loop."""

import operator
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fitreel.film_path import FilmPath
from fitreel.jobs.films.live.live_film import LiveFilm
from fitreel.model.errors import BadInput
from fitreel.model.system.caller import warn_caller
from fitreel.pictures import as_frame
from fitreel.render.frame import Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fitreel.render.figure.figure_drawer import FigureDrawer


def film(
    out: str | os.PathLike[str],
    figure: "Figure | None" = None,
    *,
    fps: float = 20,
    every: int = 1,
    hold_end: float = 0,
    overwrite: bool = False,
) -> "FigureFilm":
    """Begin a film of a figure, in which each call of its `frame` is a frame.

        with fitreel.film("training.mp4") as film:
            for epoch in range(800):
                ...
                plt.cla(); plt.plot(x, prediction)
                film.frame()

    Nothing has to be declared: whatever is on the figure at a call is the frame, byte for byte what
    matplotlib's Agg draws of it under the settings of that moment, animated artists, too. No window
    is needed, and none is touched. Left by an exception or Ctrl-C, the film so far is made whole;
    so is one that is never closed, at the interpreter's end. What goes wrong once there is a frame
    (a full disk, ffmpeg, a figure that can't be drawn) is one warning: it ends nobody's training.

    Args:
        out: where the film goes; its ending picks the format: .mp4, .gif, .webm, .png for the last
            picture only, and a folder ("frames/") for one picture a frame.
        figure: what is drawn; None: at each call pyplot's current figure.
        fps: frames a second, 0.1 to 240.
        every: keep the first of so many frames; what isn't kept isn't drawn.
        hold_end: for how many seconds the last frame stays on screen at the end.
        overwrite: replace what fitreel did not make, too.

    Raises:
        FileExistsError: something is at `out` that fitreel did not make, or that was changed since.
        BadInput: an ending that no such film has, or a number out of its range.
        TypeError: `figure` is none.
        CannotWrite: its folder can't be written.
        Unavailable: there is no ffmpeg, or it lacks the encoder.
        Busy: another process is making this film.
    """
    check_figure(figure)
    step = _checked_step(out, every)
    provenance = {"made_by": "a program of yours (film)"}
    live = LiveFilm(out, fps, overwrite=overwrite, provenance=provenance, hold_end=hold_end)
    return FigureFilm(live, figure, step)


class FigureFilm:
    """A film in the making, as `film` begins it; also a context. A notebook plays one that is done.

    What its methods raise names what came and what would be right.
    """

    def __init__(self, film: LiveFilm, figure: "Figure | None", every: int) -> None:
        self._film = film
        self._figure = figure
        self._every = every
        self._calls = 0
        self._drawn: Figure | None = None
        self._drawer: FigureDrawer | None = None
        self._has_warned = False

    @property
    def path(self) -> Path:
        """Where the film goes, as it was given."""
        return FilmPath(self._film.path)

    def frame(self, picture: Any = None) -> None:
        """Add a frame: the figure as it is now, or a picture of one's own.

        Args:
            picture: (H, W, 3) or (H, W, 4), uint8: red, green, blue and alpha, 0 to 255; None: the
                figure. The first frame's size is the film's; another one is centred in it, a
                larger one scaled down, and there is one warning.

        Raises:
            TypeError, ValueError: the picture is none, or there is no figure, and it is the film's
                first frame (later it is one warning, and the frame is left out); or the film is
                closed.
        """
        if self._film.is_closed:
            raise ValueError(f"{self.path}: the film is closed; no frame can be added")
        self._calls += 1
        if (self._calls - 1) % self._every or self._film.is_idle:
            return
        try:
            frame = self._draw() if picture is None else as_frame(picture)
        except Exception as error:
            if not self._film.frames:
                raise
            if not self._has_warned:
                self._has_warned = True
                what = f"{type(error).__name__}: {error}"
                warn_caller(f"{self.path}: frame {self._film.frames} is left out: {what}")
            return
        self._film.show(frame)

    def chapter(self, title: str) -> None:
        """Begin a chapter with the next frame, in an .mp4 or .webm."""
        self._film.chapter(title)

    def close(self) -> Path:
        """Make the film whole and put it in its place; where it is.

        Raises:
            BadInput: there was no frame.
            CannotWrite: no space, or ffmpeg failed, now or before; there is no film then.
            FileExistsError: something else has come to its place meanwhile.
        """
        self._film.close()
        return self.path

    def _draw(self) -> Frame:
        figure = self._figure or _current_figure()
        if figure is not self._drawn or self._drawer is None:
            from fitreel.render.figure.figure_drawer import FigureDrawer

            self._drawer, self._drawn = FigureDrawer(figure), figure
        return self._drawer.draw(saving=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self._film.close_quietly()

    def __fspath__(self) -> str:
        """The film's path."""
        return os.fspath(self.path)

    def __repr__(self) -> str:
        state = "closed" if self._film.is_closed else "open"
        return f"<film {str(self.path)!r}: {self._film.frames} frames, {state}>"

    def _repr_html_(self) -> str | None:
        """What a notebook shows of it: the film, once it is there."""
        return FilmPath(self.path)._repr_html_() if self._film.is_closed else None


def check_figure(figure: object) -> None:
    """Refuse what is no figure.

    Raises:
        TypeError: the line says what would be one.
    """
    if figure is not None and not (hasattr(figure, "draw") and hasattr(figure, "savefig")):
        is_part = hasattr(figure, "figure")
        remedy = "give its .figure" if is_part else "give one, or leave it out for the current one"
        raise TypeError(f"figure: needs matplotlib's Figure, not {type(figure).__name__}; {remedy}")


def _checked_step(out: str | os.PathLike[str], every: object) -> int:
    try:
        step = operator.index(every)  # type: ignore[arg-type]
    except TypeError:
        step = 0
    if step < 1:
        raise BadInput(f"{os.fspath(out)}: every = {every!r}: must be a whole number from 1")
    return step


def _current_figure() -> "Figure":
    """pyplot's; none is made, and pyplot isn't imported where nobody did."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not pyplot.get_fignums():
        raise ValueError("frame: there is no figure yet; make one first, or give film(figure=…)")
    figure: Figure = pyplot.gcf()
    return figure
