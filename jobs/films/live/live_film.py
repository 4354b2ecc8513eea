"""A film that is written while somebody else's program runs: frames come when it shows them."""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from fitreel.jobs.films.live.live_checks import (
    check_encoder,
    check_given,
    check_numbers,
)
from fitreel.jobs.runtime import open_films
from fitreel.jobs.runtime.locks import locked
from fitreel.model.errors import BadInput, Busy, CannotWrite, FitreelError
from fitreel.model.system.caller import warn_caller
from fitreel.model.system.files import sweep
from fitreel.model.version import own_version
from fitreel.render.frame import Frame
from fitreel.render.geometry import NOTHING, Rectangle, union
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.destination import (
    check_output,
    make_folder_of,
)
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.frame_writer import FrameWriter
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_not_others
from fitreel.render.pipeline.screen import Screen


class LiveFilm:
    """A film in the making; it is at its place when it is closed, and whole.

    What goes wrong while frames come is one warning; the frames after that do nothing, and `close`
    raises. One that is never closed is, at the interpreter's end. In a process that is forked off
    nothing is shown, and what was shown by then is still this one's alone.
    """

    def __init__(
        self,
        out: str | os.PathLike[str],
        fps: float,
        *,
        overwrite: bool = False,
        provenance: Mapping[str, Any] | None = None,
        hold_end: float = 0.0,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """Begin a film; a file is begun with the first frame, whose size is the film's.

        Another one that this process is making at the same place is closed first.

        Args:
            out: where it goes; its ending picks the format. Its folder is made.
            fps: frames a second, 0.1 to 240.
            overwrite: replace what fitreel didn't make, too.
            provenance: who made it, for its metadata; JSON.
            hold_end: for how many seconds the last frame stays at the end.
            warn: is told what goes wrong, by who closes the film, also at the interpreter's end;
                None: Python's own warnings, and it is closed then.

        Raises:
            FileExistsError: something is at `out` that fitreel did not make, or that was changed.
            BadInput: an ending that no such film has, or a number out of its range.
            CannotWrite: its folder can't be written.
            Unavailable: there is no ffmpeg, or it lacks the encoder.
            Busy: another process is making this film.
        """
        given = os.fspath(out)
        check_numbers(given, fps, hold_end)
        check_given(out)
        self._may_overwrite = overwrite
        if not overwrite:
            check_not_others(given)
        make_folder_of(given)
        self._path = check_output(given)
        check_encoder(Output(given))
        self._label = Path(given)
        # It stays there where the program goes to another folder meanwhile.
        self._output = Output(os.path.join(os.getcwd(), given), provenance={})  # noqa: PTH109, PTH118
        self._fps = Fraction(float(fps)).limit_denominator(100_000)
        self._hold_end = hold_end
        self._warn = warn or warn_caller
        self.is_self_closing = warn is None
        """Whether it is closed at the interpreter's end."""
        self._provenance = dict(provenance or {})
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._screen: Screen | None = None
        self._writer: FrameWriter | None = None
        self._damage = NOTHING
        self._is_cut = True  # nothing is known of what is on screen
        self._has_refitted = False
        self._titles: list[tuple[int, str]] = []
        self._failure: Exception | None = None
        self._is_closed = False
        self._held = ExitStack()
        self._take_place()

    @property
    def path(self) -> Path:
        """Where it goes, as it was given."""
        return self._label

    @property
    def frames(self) -> int:
        """How many frames it has so far."""
        return self._writer.frames if self._writer else 0

    @property
    def failure(self) -> Exception | None:
        """Why nothing is written any more; None while all is well."""
        return self._failure

    @property
    def is_closed(self) -> bool:
        """Whether no more frames are taken."""
        return self._is_closed

    @property
    def is_idle(self) -> bool:
        """Whether to show something has no effect: writing failed, or this process was forked."""
        return self._failure is not None or self._process != os.getpid()

    def show(self, frame: Frame, frames: int = 1, changed: Rectangle | None = None) -> None:
        """Show `frame`, (H, W, 4), uint8, RGBA, for so many frames of the film.

        Args:
            frame: may be reused after the return.
            frames: for how long it stays on screen.
            changed: a rectangle outside of which it is the same as the one shown before; None:
                unknown.

        Raises:
            ValueError: the film is closed.
        """
        if self._process != os.getpid():
            return
        with self._lock:
            if self._is_closed:
                raise ValueError(f"{self.path}: the film is closed")
            if self._failure is not None:
                return
            try:
                self._show(frame, frames, changed)
            except (FitreelError, OSError, MemoryError) as error:
                self._fail(error)
            except BaseException:
                self._is_cut = True  # in the middle of anything
                raise

    def chapter(self, title: str) -> None:
        """Begin a chapter with the next frame; formats without chapters do without."""
        with self._lock:
            text = str(title).encode(errors="replace").decode().replace("\0", " ")
            self._titles.append((self.frames, text))

    def close(self) -> None:
        """Make the film whole and put it in its place. Nothing happens when it is called again.

        Raises:
            BadInput: there was no frame.
            CannotWrite: no space, or ffmpeg failed; what stood there stays.
            FileExistsError: something else has come to its place meanwhile.
        """
        if self._process != os.getpid():
            return
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            with self._held:
                if self._failure is not None:
                    raise _cannot_write(self._failure, self.path)
                if not self.frames:
                    raise BadInput(f"{self.path}: a film without a single frame")
                self._finish()

    def close_quietly(self) -> None:
        """Close it where an error is on its way, or nobody would catch one: a warning instead."""
        if not self.frames:
            self.abort()
            return
        try:
            self.close()
        except (FitreelError, OSError) as error:
            if self._failure is None:  # or it was said
                self._warn(str(error))

    def abort(self) -> None:
        """End it; what stood at its place stays, and nothing else does."""
        if self._process != os.getpid():
            return
        with self._lock:
            self._is_closed = True
            self._held.close()

    def leave(self) -> None:
        """Let go of it in a process that was forked off, without a trace in the film."""
        if self._writer is not None:
            self._writer.leave()

    def _take_place(self) -> None:
        open_films.close_at(self._path)
        with self._held as held:
            try:
                held.enter_context(locked(self._path, "film"))
            except Busy:
                raise Busy(f"{self.path}: another process is making this film") from None
            sweep(self._path.parent, self._path.name)
            open_films.enter(self._path, self)
            held.callback(open_films.forget, self._path)
            self._held = held.pop_all()

    def _begin(self, frame: Frame) -> None:
        kind = self._output.format
        is_opaque = kind.kind is OutputKind.FILM
        screen = Screen(
            frame, is_even=kind.takes_yuv, is_opaque=is_opaque, is_lasting=self._hold_end > 0
        )
        width, height = screen.size
        facts = {"size": [width, height], "fps": float(self._fps)}
        provenance = {"fitreel": own_version(), **self._provenance, "film": facts}
        output = replace(self._output, provenance=provenance)
        writer = open_writer(output, screen.size, self._fps)
        self._held.callback(writer.abort)
        writer.label = self._label
        self._screen, self._writer = screen, writer

    def _show(self, frame: Frame, frames: int, changed: Rectangle | None) -> None:
        if self._screen is None or self._writer is None:
            self._begin(frame)
        assert self._screen is not None and self._writer is not None
        if not self._screen.fits(frame) and not self._has_refitted:
            self._has_refitted = True
            width, height = self._screen.size
            self._warn(
                f"{self.path}: a frame of {frame.shape[1]} x {frame.shape[0]} pixels in a film of "
                f"{width} x {height}: such frames are centred, larger ones scaled down"
            )
        damage = self._screen.put(frame, None if self._is_cut else changed)
        self._damage = (0, 0, *self._screen.size) if self._is_cut else union(self._damage, damage)
        for _ in range(frames):
            self._writer.write(self._screen.frame, self._damage)
            self._damage = NOTHING
        self._is_cut = False

    def _finish(self) -> None:
        assert self._screen is not None and self._writer is not None
        hold = round(self._hold_end * self._fps)
        for _ in range(hold):
            self._writer.write(self._screen.frame, None if self._is_cut else NOTHING)
            self._is_cut = False
        if not self._may_overwrite:
            check_not_others(self._output.path)
        self._writer.chapters = self._chapters()
        try:
            self._writer.settle()
        except Exception:
            raise
        except BaseException:  # Ctrl-C, and many press it twice
            self._writer.finish()
            raise
        self._writer.finish()

    def _chapters(self) -> list[Chapter]:
        """The film's; what comes before the first that was named has the film's own name."""
        titles = list(self._titles)
        if titles and titles[0][0]:
            titles.insert(0, (0, self.path.stem))
        ends = [frame for frame, _ in titles[1:]] + [self.frames]
        return [
            Chapter(float(start / self._fps), float(end / self._fps), title)
            for (start, title), end in zip(titles, ends[: len(titles)], strict=True)
            if start < end
        ]

    def _fail(self, error: Exception) -> None:
        self._failure = error
        with suppress(FitreelError, OSError):
            self._held.close()
        self._warn(f"{_cannot_write(error, self.path)}; your program goes on without the film")


def _cannot_write(error: Exception, path: Path) -> FitreelError:
    if isinstance(error, FitreelError):
        return error
    return CannotWrite(f"cannot write {path}: {error or type(error).__name__}")
