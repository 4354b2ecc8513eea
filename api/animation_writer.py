"""matplotlib's own door: a writer for its animations."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.animation import AbstractMovieWriter, writers
from matplotlib.figure import Figure

from fitreel.jobs.films.live.live_film import LiveFilm
from fitreel.model.system.caller import warn_caller
from fitreel.render.figure.figure_drawer import FigureDrawer
from fitreel.render.frame import Frame
from fitreel.render.output.formats import OutputKind, format_of

_NOT_TAKEN = ("dpi", "bbox_inches", "format")
"""Of `savefig`'s arguments those that a writer settles, as matplotlib's own do."""

_DRAWN = {"facecolor", "edgecolor", "transparent"}
"""Of `savefig`'s arguments those that a draw of ours can follow."""


@writers.register("fitreel")
class Writer(AbstractMovieWriter):
    """Writes matplotlib's animations, as fast as fitreel draws and with what its films have.

        animation.save("a.mp4", writer=fitreel.Writer(fps=20))

        with fitreel.Writer(fps=20).saving(figure, "a.mp4", dpi=100) as writer:
            for epoch in range(800):
                line.set_ydata(...)
                writer.grab_frame()

    A frame is byte for byte what `figure.savefig` gives as RGBA at that resolution. The file's
    ending picks the format and the codec. Once it was asked for, matplotlib knows it by its name:
    `animation.save("a.mp4", writer="fitreel")`.
    """

    def __init__(
        self,
        fps: float = 20,
        codec: str | None = None,
        bitrate: int | None = None,
        extra_args: list[str] | None = None,
        metadata: Mapping[str, str] | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Take what matplotlib's writers take.

        Args:
            fps: frames a second, 0.1 to 240.
            codec: not used, as are `bitrate` and `extra_args`; a warning says so.
            bitrate: see `codec`.
            extra_args: see `codec`.
            metadata: texts by their names, which `fitreel info` tells.
            overwrite: replace what fitreel did not make, too.
        """
        settings: dict[str, Any] = {"fps": fps, "codec": codec, "bitrate": bitrate}
        super().__init__(**settings, metadata=dict(metadata or {}))
        given = {"codec": codec, "bitrate": bitrate, "extra_args": extra_args}
        unused = [name for name, value in given.items() if value is not None]
        if unused:
            are = "is" if len(unused) == 1 else "are"
            warn_caller(
                f"fitreel.Writer: {', '.join(unused)} {are} not used: the file's ending picks the "
                "codec, and all films have the same quality"
            )
        self._overwrite = overwrite
        self._film: LiveFilm | None = None

    @classmethod
    def isAvailable(cls) -> bool:
        """Whether it can be used: a GIF and pictures need nothing else."""
        return True

    def setup(self, fig: Figure, outfile: str | os.PathLike[str], dpi: float | None = None) -> None:
        """Begin a film of `fig`.

        Args:
            fig: what is drawn.
            outfile: where it goes; its ending picks the format.
            dpi: resolution in dots per inch; None: the figure's.

        Raises:
            FileExistsError: something is there that fitreel did not make, or that was changed.
            BadInput: an ending that no such film has, or a frame rate out of its range.
            CannotWrite: its folder can't be written.
            Unavailable: there is no ffmpeg, or it lacks the encoder.
            Busy: another process is making this film.
        """
        provenance: dict[str, Any] = {"made_by": "a program of yours (Writer)"}
        if self.metadata:
            texts = {str(name): str(text) for name, text in self.metadata.items()}
            provenance["metadata"] = texts
        film = LiveFilm(outfile, self.fps, overwrite=self._overwrite, provenance=provenance)
        try:
            super().setup(fig, os.fspath(outfile), dpi)
            self._drawer = FigureDrawer(fig)
        except BaseException:
            film.abort()
            raise
        self._film = film

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Add the figure as it is now to the film.

        Args:
            savefig_kwargs: of `savefig`, but dpi, bbox_inches and format.

        Raises:
            TypeError: one of these.
            ValueError: `savefig.bbox` is "tight", or no film was begun.
        """
        for name in _NOT_TAKEN:
            if name in savefig_kwargs:
                raise TypeError(
                    f"grab_frame() got an unexpected keyword argument {name!r}: all frames of a "
                    "film have one size"
                )
        if rcParams["savefig.bbox"] == "tight":
            raise ValueError(
                f"{rcParams['savefig.bbox']=} must not be 'tight': frames' sizes would vary"
            )
        if self._film is None:
            raise ValueError("grab_frame: no film was begun; see saving()")
        if self._film.is_idle:
            return
        draw = self._draw if self._follows(savefig_kwargs) else self._saved
        self._film.show(draw(savefig_kwargs))

    def finish(self) -> None:
        """Make the film whole, also where an exception is on its way.

        Raises:
            BadInput: there was no frame.
            CannotWrite: no space, or ffmpeg failed, now or before; there is no film then.
        """
        film, self._film = self._film, None
        if film is None:
            return
        if sys.exception() is not None:
            film.close_quietly()
        else:
            film.close()

    def _supports_transparency(self) -> bool:
        return format_of(self.outfile).kind is not OutputKind.FILM

    def _follows(self, options: dict[str, Any]) -> bool:
        """Whether a draw of ours gives what `savefig` would write with these options."""
        # With a layout engine `savefig` draws twice: what the first one moves, the second has.
        is_laid_out = self.fig.get_layout_engine() is not None
        is_transparent = _setting("transparent", options)
        return not (is_laid_out or is_transparent or options.keys() - _DRAWN)

    def _draw(self, options: dict[str, Any]) -> Frame:
        colours = {name: _setting(name, options) for name in ("facecolor", "edgecolor")}
        with _as_saved(self.fig, self.dpi, colours):
            return self._drawer.draw(saving=True)

    def _saved(self, options: dict[str, Any]) -> Frame:
        file = io.BytesIO()
        self.fig.savefig(file, **options, format="rgba", dpi=self.dpi)
        width, height = self.frame_size
        return np.frombuffer(file.getvalue(), np.uint8).reshape(height, width, 4)


def _setting(name: str, options: dict[str, Any]) -> Any:
    """One of `savefig`'s arguments, or what the user's settings say of it."""
    settings: Any = rcParams
    value = options.get(name)
    return settings[f"savefig.{name}"] if value is None else value


@contextlib.contextmanager
def _as_saved(figure: Figure, dpi: float, colours: dict[str, Any]) -> Iterator[None]:
    """A block in which a figure has the resolution and the colours that `savefig` gives it."""
    canvas: Any = figure.canvas
    manager, own_dpi = canvas.manager, figure.dpi
    own = {name: getattr(figure, f"get_{name}")() for name in colours}
    canvas.manager = None  # a window isn't resized
    try:
        figure.dpi = dpi
        for name, colour in colours.items():
            if not (isinstance(colour, str) and colour == "auto"):
                getattr(figure, f"set_{name}")(colour)
        yield
    finally:
        for name, colour in own.items():
            if colours[name] is not colour:
                getattr(figure, f"set_{name}")(colour)
        figure.dpi = own_dpi
        canvas.manager = manager
