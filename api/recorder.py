"""A record of a training that fitreel doesn't run: what a loop of anybody's logs."""

import logging
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, get_args

from fitreel.model.errors import BadInput
from fitreel.model.record.chunk import Ending
from fitreel.model.system.caller import warn_caller
from fitreel.recording.loop_log import LoopLog
from fitreel.recording.points import points_of
from fitreel.recording.ranks import rank
from fitreel.recording.run_log import RunLog
from fitreel.recording.schedule import Every
from fitreel.recording.texts import checked_info, checked_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_recorders: "weakref.WeakValueDictionary[Path, Recorder]" = weakref.WeakValueDictionary()
"""Those of this process that aren't closed, by the real path of their folder."""


class Recorder:
    """Records what a loop of your own learns: a run folder, as `fitreel train` leaves one.

        rec = fitreel.Recorder("runs/mine", x, y, every=5)
        for epoch in range(4000):
            ...
            rec.log(epoch, loss, prediction, lr=lr)
        rec.close()
        rec.film("mine.mp4", theme="dark", panels=["loss"])

    Arrays may be numpy's, torch's, JAX's, TensorFlow's, or lists; they are copied. What is logged
    is on disk when `log` returns, so a loop that is killed leaves all of it. A wrong call raises
    until the first snapshot is kept; after that nothing here ends a training: there is one warning,
    `failed` says what it was, recording stops, and the loop goes on. On ranks other than 0, and in
    forked children, `log` does nothing.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        x: Any = None,
        y: Any = None,
        *,
        at: Any = None,
        truth: Any = None,
        classes: bool | Sequence[Any] | None = None,
        logits: bool = False,
        every: Every = 1,
        name: str | None = None,
        info: dict[str, Any] | None = None,
        resume: bool = False,
        overwrite: bool = False,
    ) -> None:
        """Say what is recorded, and where; nothing is made before the first `log`.

        Args:
            path: the run folder.
            x: the points' inputs, in their own units: shape (N,) or (N, D).
            y: their outputs, (N,) or (N, K), or classes; without x a picture, or numbers only.
            at: where predictions are, (M,) or (M, D), or a grid's size; else x, or of two a grid.
            truth: what is to be learned, without noise, there: (M,) or (M, K), or a function of at.
            classes: their names, in the order of the predictions' columns; True: y says them.
            logits: predictions of classes are what softmax makes probabilities of.
            every: how many steps from one that is kept to the next; "log"; or a function of a step.
            name: what films call it; else the folder's name.
            info: whatever you want to find again, as JSON has it.
            resume: go on with what is recorded there; steps that come again replace what was.
            overwrite: replace what is recorded there.

        Raises:
            FileExistsError: a record, or something else, is there.
            TypeError, ValueError: something isn't numbers, or doesn't fit.
            BadInput: what is to be gone on with is damaged, or no program's record.
        """
        if resume and overwrite:
            raise ValueError("resume=True and overwrite=True: one or the other")
        self._path = Path(path)
        # Who comes by a link meets the same lock.
        real = Path(os.path.realpath(path))
        self._run_log = RunLog(
            real,
            points_of(x, y, at, truth, classes, logits=logits),
            checked_name(self._path.absolute().name if name is None else name),
            checked_info(info),
            resume=resume,
            overwrite=overwrite,
        )
        self._log = LoopLog(self._run_log, every)
        self._failure: Exception | None = None
        self._is_closed = False
        self._process = os.getpid()
        self._rank = rank(ask_jax=False)
        self._is_said = False
        self._turn = threading.RLock()
        if not self._rank:
            self._take_place()

    def _take_place(self) -> None:
        before = _recorders.get(self._run_log.path)
        if before is not None:  # a notebook's cell that is run again
            before._let_go()
        self._log.start_after(self._run_log.check_place())
        _recorders[self._run_log.path] = self
        weakref.finalize(self, _release_quietly, self._run_log)

    @property
    def path(self) -> Path:
        """The run folder, as it was given."""
        return self._path

    @property
    def at(self) -> "NDArray[np.float32]":
        """Where predictions are expected: float32, shape (M, D), a copy."""
        return self._run_log.points.places

    @property
    def failed(self) -> Exception | None:
        """What ended recording before its time, or None."""
        return self._failure

    def due(self, step: int | None = None) -> bool:
        """Whether `log` keeps this step: to spare a forward pass. The same on all ranks."""
        return self._log.due(step)

    def log(
        self,
        /,
        step: Any = None,
        loss: Any = None,
        prediction: Any = None,
        *,
        keep: bool = False,
        **metrics: Any,
    ) -> None:
        """Record a step, if it is due; what isn't kept isn't converted, nor its function called.

        Args:
            step: a whole number, larger than the last; None: the next one.
            loss: a number, of any framework.
            prediction: shape (M,), or (M, K): one row for each of `at`; or a function that gives
                it, of `at` if it takes an argument. Of classes how likely each is; of two how
                likely the second; or the predicted ones.
            keep: keep it, due or not.
            metrics: further numbers by name, such as val_loss or lr; None is none.

        Raises:
            TypeError, ValueError: something isn't numbers, or doesn't fit.
            FileExistsError, Busy, CannotWrite: there is no record that it could be written to.
        """
        if self._is_elsewhere():
            self._log.skip(step)
            return
        with self._turn:
            self._guarded(step, lambda: self._take(step, loss, prediction, keep, metrics))

    def close(self, ending: Ending = "complete") -> None:
        """Say how the training ended; the last step's numbers are kept, due or not.

        Args:
            ending: "complete", "delta" (good enough), "diverged" or "interrupted".

        Raises:
            ValueError: it is none of these.
        """
        if ending not in get_args(Ending):
            raise ValueError(f"ending = {ending!r}; must be one of {', '.join(get_args(Ending))}")
        if self._is_elsewhere():
            return
        with self._turn:
            if self._is_closed:
                return
            if self._failure is None:
                self._guarded(self._log.step, lambda: self._log.finish(ending))
            self._let_go()

    def film(
        self, out: str | os.PathLike[str], *, overwrite: bool = False, **film_settings: Any
    ) -> Path:
        """Make the film of all that was logged, as `fitreel.make_film` does.

        Returns:
            `out`, which a notebook shows. On other ranks, where nothing is recorded, it isn't made.

        Raises:
            BadInput: nothing is logged yet.
            FitreelError, FileExistsError: as `fitreel.make_film`.
        """
        from fitreel.film_making import make_film
        from fitreel.film_path import FilmPath

        if self._is_elsewhere():
            return FilmPath(out)
        with self._turn:
            if self._failure is None and not self._is_closed:
                self._guarded(self._log.step, self._run_log.flush)
        if not self._run_log.is_there:
            raise BadInput(f"{self._path}: nothing is logged yet, of which a film could be")
        return make_film(self._run_log.path, out, overwrite=overwrite, **film_settings)

    def live(self) -> None:
        """Show the newest snapshot in the notebook's cell while the loop goes on.

        One drawing is changed in place, at most twice a second and in at most 4 % of the loop's
        time; what else the cell shows stays. Outside of a notebook there is a warning, and nothing
        is shown; on other ranks, nothing at all.
        """
        if self._is_elsewhere():
            return
        try:
            from fitreel.recording.live_display import LiveDisplay

            display = LiveDisplay(self._run_log.points, self._run_log.name)
        except ImportError:
            _warn(f"{self._path}: live() draws in notebooks, and this is none")
            return
        self._run_log.shown = display

    def _repr_html_(self) -> str | None:
        """The page to scrub what was logged, where a notebook shows its value."""
        from fitreel.notebook_page import shown_page

        if self._is_elsewhere() or not self._run_log.is_there:
            return None
        with self._turn:
            if self._failure is None and not self._is_closed:
                self._guarded(self._log.step, self._run_log.flush)
        return shown_page(self._run_log.path)

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; where an exception leaves the block, the ending is "interrupted"."""
        self.close("complete" if kind is None else "interrupted")

    def __repr__(self) -> str:
        state = "closed" if self._is_closed else "failed" if self._failure else "open"
        return f"<Recorder {str(self._path)!r}: {state}, last step {self._log.step}>"

    def _is_elsewhere(self) -> bool:
        """Whether this process records nothing, which is said once."""
        if os.getpid() != self._process:
            where = "in a forked process"
        else:
            if not self._rank and not self._run_log.began:
                self._rank = rank(ask_jax=True)
            if not self._rank:
                return False
            where = f"on rank {self._rank}"
        if not self._is_said:
            self._is_said = True
            _warn(f"{self._path}: rank 0 records; {where} log does nothing")
        return True

    def _guarded(self, step: Any, work: Callable[[], None]) -> None:
        """Do it; what goes wrong after the first snapshot ends the recording, and nothing else."""
        if self._failure is not None:
            return
        try:
            work()
        except Exception as error:
            if not self._run_log.began:
                raise
            self._failure = error
            self._let_go()
            why = str(error) or type(error).__name__
            _warn(
                f"{self._path}: recording stopped at step {step}: {why}\n"
                "what was logged before is kept, and your loop goes on"
            )

    def _take(
        self, step: Any, loss: Any, prediction: Any, keep: bool, metrics: dict[str, Any]
    ) -> None:
        if self._is_closed:
            raise ValueError("this recorder is closed; what comes now isn't recorded")
        self._log.take(step, loss, prediction, keep, metrics)

    def _let_go(self) -> None:
        """Record no more, and let go of the folder; the ending stays as it is."""
        self._is_closed = True
        _release_quietly(self._run_log)


def _release_quietly(log: RunLog) -> None:
    """At the end of the interpreter, too; what the system refuses now is in the journal."""
    try:
        log.release()
    except Exception as error:
        logging.getLogger("fitreel").debug("%s: %s", log.path, error)


def _warn(text: str) -> None:
    """One warning; where warnings are errors it is said by logging: no training ends for it."""
    try:
        warn_caller(text)
    except UserWarning:
        logging.getLogger("fitreel").warning("%s", text)
