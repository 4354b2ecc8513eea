"""A process of our own that draws while this one does everything else.

It is started before most is imported: while one core reads the job, another imports matplotlib,
and afterwards frames are drawn beside being encoded. Frames come through memory that
both processes share; through pipes go only which of its places holds one, and which is free again.
Where there is one core only, or such a process can't be started, there is no worker, and the
caller draws for itself.

The protocol: to the worker goes a `DrawRequest`, its length in 8 bytes before it, and then a byte
for each picture that has been used. From it comes an `ANSWER` for each picture, in turn in the
places 0, 1, 2, 0, …, and one at the end; or where it failed, one with a length, and the exception.
Both are pickled, which needs as much trust as a fork.
"""

import math
import mmap
import os
import pickle
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from fitreel.model import errors
from fitreel.model.system.processes import cores, signals_wait
from fitreel.model.system.pulse import Pulse

if TYPE_CHECKING:
    from fitreel.model.record.reader import Record
    from fitreel.render.frame import DrawnFrame, FrameSelection
    from fitreel.render.picture_settings import PictureSettings
    from fitreel.render.timing.timeline import Timeline

PICTURE, END, FAILED = range(3)
ANSWER = struct.Struct("<Bqq4i")
"""What it is; a picture's number (-1: none) and frames, or a length; and what has changed."""
MOST_BYTES = 64 << 20
"""Of shared memory, if two frames don't need more."""
PLACES = (2, 8)
"""At least and at most so many frames are drawn ahead."""
PATIENCE = 60.0
"""Waited for so many seconds while it has used no processor, the process is taken for dead."""

_LOOK = 0.2
"""The caller's stop flag is looked at this often, in seconds."""
_SECONDS_TO_END = 5.0


@dataclass(frozen=True)
class DrawRequest:
    """What is to be drawn, and how it is handed over."""

    run: Path
    digest: str
    """Of its last chunk; what another process has added since is not drawn."""
    picture: "PictureSettings"
    timeline: "Timeline"
    stills: frozenset[int]
    film: bool
    as_yuv: bool
    places: int


class DrawWorker:
    """The drawing process, before and while it draws one run after another."""

    def __init__(self) -> None:
        """There is none yet; see `start`."""
        self.number = 0
        """Of the process; 0 where there is none."""
        self._code: int | None = None
        self._memory = self._asking = self._answering = -1
        self._unsent = b""
        self._shape: tuple[int, ...] = (0,)
        """Of the shared memory: places, and what lies in each."""

    @classmethod
    def start(cls) -> "DrawWorker":
        """Begin the process, if this machine has a core for it.

        It is forked off, so what is imported by then is imported once for both; call it before
        there are threads.
        """
        draw_worker = cls()
        if cores() >= 2:
            try:
                draw_worker._fork()
            except OSError:
                draw_worker.close()
        return draw_worker

    def _fork(self) -> None:
        if sys.platform != "linux" or not hasattr(os, "memfd_create"):
            return
        parent = os.getpid()
        self._memory = os.memfd_create("fitreel-frames", os.MFD_CLOEXEC)
        requests = answers = -1
        # It is deaf to signals until it has left our group: a terminal's Ctrl-C is for us, who end
        # it in our own time.
        waiting = ExitStack()
        waiting.enter_context(signals_wait(signal.valid_signals()))
        try:
            requests, self._asking = os.pipe()
            self._answering, answers = os.pipe()
            os.set_blocking(self._asking, False)
            self.number = os.fork()
            if not self.number:
                _become_the_worker(requests, answers, self._memory, parent)
        finally:
            waiting.close()
            for descriptor in (requests, answers):
                if descriptor >= 0:
                    os.close(descriptor)

    def ask(
        self,
        run: "Record",
        picture: "PictureSettings",
        timeline: "Timeline",
        selection: "FrameSelection",
    ) -> bool:
        """Have it begin to draw what `drawn_snapshots` would; False where it can't.

        Where the selection allows it, it hands over the planes of yuv420p, not RGBA.
        """
        if sys.platform != "linux" or not self.number or self._ended(0.0) is not None:
            return False
        width, height = picture.pixels
        shape = (height * 3 // 2, width) if selection.as_yuv else (height, width, 4)
        least, most = PLACES
        places = max(least, min(most, MOST_BYTES // math.prod(shape)))
        self._shape = (places, *shape)
        try:
            # Taken now, so that no page is missing later, which would be the end of the process.
            os.posix_fallocate(self._memory, 0, math.prod(self._shape))
        except OSError:
            return False
        request = DrawRequest(
            run.path.resolve(),
            run.digest,
            picture,
            timeline,
            selection.stills,
            selection.film,
            selection.as_yuv,
            places,
        )
        content = pickle.dumps(request)
        self._send(struct.pack("<q", len(content)) + content)
        return True

    def pictures(self, check: Callable[[], None]) -> "Generator[DrawnFrame, None, None]":
        """The pictures it was asked for; `check` is called at least every 0.2 s, and may raise.

        Raises:
            FitreelError: as `drawn_snapshots`, or the process has been killed, or stopped.
            RuntimeError: a bug in it; the text is its traceback.
        """
        import numpy as np

        from fitreel.render.frame import DrawnFrame

        whole = False
        try:
            # Not closed, but left to go with the last frame of it that anybody holds.
            memory = mmap.mmap(self._memory, math.prod(self._shape))
            frames = np.frombuffer(memory, np.uint8).reshape(self._shape)
            place = 0
            while True:
                answer = ANSWER.unpack(self._read(ANSWER.size, check))
                kind, number, count, left, top, right, bottom = answer
                if kind == END:
                    whole = True
                    return
                if kind == FAILED:
                    raise pickle.loads(self._read(count, check))  # noqa: S301 (our own child's)
                number = None if number < 0 else number
                yield DrawnFrame(frames[place], number, count, (left, top, right, bottom))
                place = (place + 1) % len(frames)
                self._send(b".")
        finally:
            if not whole:
                self.close()

    def close(self) -> None:
        """End the process. May be called at any time, also twice."""
        if sys.platform == "linux" and self.number:
            with suppress(ProcessLookupError):
                os.kill(self.number, signal.SIGKILL)
            self._ended(_SECONDS_TO_END)
            self.number = 0
        for descriptor in (self._memory, self._asking, self._answering):
            if descriptor >= 0:
                os.close(descriptor)
        self._memory = self._asking = self._answering = -1

    def __enter__(self) -> "DrawWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self, patience: float) -> int | None:
        """How it ended, as `os.waitstatus_to_exitcode`; None if it hasn't in `patience` seconds."""
        if sys.platform != "linux":
            return None
        until = time.monotonic() + patience
        while self._code is None:
            try:
                number, status = os.waitpid(self.number, os.WNOHANG)
            except ChildProcessError:  # somebody else has reaped it
                self._code = 0
                break
            if number:
                self._code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= until:
                break
            else:
                time.sleep(0.001)
        return self._code

    def _send(self, content: bytes = b"") -> None:
        """Hand over as much as it takes now; the rest goes while it is listened to."""
        self._unsent += content
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(self._asking, self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # it has died, and reading will tell
            self._unsent = b""

    def _read(self, count: int, check: Callable[[], None]) -> bytes:
        content = b""
        pulse = Pulse(self.number)
        while len(content) < count:
            check()
            self._send()
            asking = [self._asking] if self._unsent else []
            readable, writable, _ = select.select([self._answering], asking, [], _LOOK)
            if readable:
                more = os.read(self._answering, count - len(content))
                if not more:
                    check()
                    raise self._died()
                content += more
            elif not writable and pulse.idle(_LOOK) > PATIENCE:
                raise errors.CannotWrite(f"the process that draws did nothing for {PATIENCE:g} s")
        return content

    def _died(self) -> errors.FitreelError:
        code = self._ended(_SECONDS_TO_END)
        how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
        return errors.CannotWrite(f"the process that draws was ended {how}")


def _most_descriptors() -> int:
    """Above all that are open, where the system tells; and no more than can be gone through."""
    try:
        return 1 + max(map(int, os.listdir("/proc/self/fd")))  # noqa: PTH208 (paths would cost more)
    except OSError:  # there is no such folder everywhere, not in every container
        return 65_536


def _become_the_worker(requests: int, answers: int, memory: int, parent: int) -> NoReturn:
    """In the process that was forked off: draw, and end."""
    code = 1
    if sys.platform != "linux":
        os._exit(code)
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        # Nothing else that is open is ours: a pipe held here would not end with its other holders.
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        os.closerange(3, memory)
        os.closerange(max(memory, 2) + 1, _most_descriptors())
        from fitreel.render.pipeline.draw_worker_process import main

        main(memory, parent)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # What the parent has registered to be done at its end is not ours to do.
        os._exit(code)
