"""A process of our own that draws while this one does everything else.

It is started before anything slow is imported: while one core reads the job, another imports
matplotlib, and afterwards frames are drawn beside being encoded. Frames come through memory that
both processes share; through pipes go only which of its places holds one, and which is free again.
Where there is one core only, or such a process can't be started, there is no painter, and the
caller draws for itself.

The protocol: to the painter goes a `Request`, its length in 8 bytes before it, and then a byte for
each picture that has been used. From it comes an `ANSWER` for each picture, in turn in the
places 0, 1, 2, 0, …; at the end, or where it failed, one with a length of JSON behind it.
"""

import json
import math
import mmap
import os
import pickle
import select
import struct
import subprocess
import sys
from collections.abc import Callable, Collection, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.model import errors
from fitreel.model.cores import cores

if TYPE_CHECKING:
    from fitreel.model.record import Run
    from fitreel.render.appearance import Appearance, PlainAppearance
    from fitreel.render.picture import Picture
    from fitreel.render.timeline import Timeline

PICTURE, END, FAILED = range(3)
ANSWER = struct.Struct("<Bqq4i")
"""What it is; a picture's number (-1: none) and frames, or a length; and what has changed."""
MOST_BYTES = 64 << 20
"""Of shared memory, if two frames don't need more."""
PLACES = (2, 8)
"""At least and at most so many frames are drawn ahead."""

_LOOK = 0.2
"""The caller's stop flag is looked at this often, in seconds."""
_SECONDS_TO_END = 5.0

# It imports from where we do, and from nowhere else: -P keeps a user's matplotlib.py in the current
# folder from being matplotlib, -S saves the time to look for .pth files. Our own packages are told
# by their folders, which only such a file knows for an editable install.
_CODE = """
import sys, types
sys.path[:], packages = {!r}
for name, folders in packages.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = folders
from fitreel.render.painting import main
main()
"""


@dataclass(frozen=True)
class Request:
    """What is to be drawn, and how it is handed over."""

    run: Path
    digest: str
    look: "PlainAppearance"
    line: "Timeline | None"
    stills: frozenset[int]
    as_planes: bool
    places: int


class Painter:
    """The drawing process, before and while it draws one run after another."""

    def __init__(self) -> None:
        """There is none yet; see `start`."""
        self._process: subprocess.Popen[bytes] | None = None
        self._memory = -1
        self._shape: tuple[int, ...] = (0,)
        """Of the shared memory: places, and what lies in each."""

    @classmethod
    def start(cls) -> "Painter":
        """Begin the process, if this machine has a core for it."""
        painter = cls()
        if cores() < 2 or not hasattr(os, "memfd_create") or not sys.executable:
            return painter
        with suppress(OSError):
            painter._memory = os.memfd_create("fitreel-frames", os.MFD_CLOEXEC)
            painter._process = subprocess.Popen(
                [
                    sys.executable,
                    *("-P", "-S", "-c"),
                    _CODE.format((sys.path, _packages())),
                    str(painter._memory),
                    str(os.getpid()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pass_fds=[painter._memory],
                # Its own session: a terminal's Ctrl-C is for us, who end it in our own time.
                start_new_session=True,
                # A frame is no work for numpy's threads, which would take the encoder's core.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        return painter

    def ask(
        self,
        run: "Run",
        look: "Appearance",
        line: "Timeline | None",
        stills: Collection[int],
        as_planes: bool = False,
    ) -> bool:
        """Have it begin to draw what `pictures.pictures` would; False where it can't.

        `as_planes`: it hands over the planes of I420, not frames.
        """
        if self._process is None or self._process.poll() is not None:
            return False
        from fitreel.render.appearance import PlainAppearance

        width, height = look.pixels
        shape = (height * 3 // 2, width) if as_planes else (height, width, 4)
        least, most = PLACES
        places = max(least, min(most, MOST_BYTES // math.prod(shape)))
        self._shape = (places, *shape)
        try:
            # Taken now, so that no page is missing later, which would be the end of the process.
            os.posix_fallocate(self._memory, 0, math.prod(self._shape))
        except OSError:
            return False
        plain = PlainAppearance.of(look)
        path = run.path.resolve()
        content = pickle.dumps(
            Request(path, run.digest, plain, line, frozenset(stills), as_planes, places)
        )
        try:
            self._send(struct.pack("<q", len(content)) + content)
        except OSError:
            return False
        return True

    def pictures(self, check: Callable[[], None]) -> "Generator[Picture, None, None]":
        """The pictures it was asked for; `check` is called at least every 0.2 s, and may raise.

        Raises:
            FitreelError: as `pictures.pictures`, or the process has been killed.
            RuntimeError: a bug in it; the text is its traceback.
        """
        import numpy as np

        from fitreel.render.picture import Picture

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
                    raise _failure(json.loads(self._read(count, check)))
                number = None if number < 0 else number
                yield Picture(frames[place], number, count, (left, top, right, bottom))
                place = (place + 1) % len(frames)
                self._send(b".")
        finally:
            if not whole:
                self.close()

    def close(self) -> None:
        """End the process. May be called at any time, also twice."""
        if self._process is not None:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_SECONDS_TO_END)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None
        if self._memory >= 0:
            os.close(self._memory)
            self._memory = -1

    def __enter__(self) -> "Painter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, content: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        left = memoryview(content)
        with suppress(BrokenPipeError):  # it has died, and reading will tell
            while left:
                left = left[self._process.stdin.write(left) :]

    def _read(self, count: int, check: Callable[[], None]) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        content = b""
        pipe = self._process.stdout.fileno()
        while len(content) < count:
            check()
            if not select.select([pipe], [], [], _LOOK)[0]:
                continue
            more = os.read(pipe, count - len(content))
            if not more:
                check()
                raise self._died()
            content += more
        return content

    def _died(self) -> errors.FitreelError:
        assert self._process is not None
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_SECONDS_TO_END)
        how = f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"
        return errors.CannotWrite(f"the process that draws was ended {how}")


def _packages() -> dict[str, list[str]]:
    """Our packages that are imported, and where they are."""
    return {
        name: [*module.__path__]
        for name, module in sys.modules.items()
        if name.partition(".")[0] == "fitreel" and hasattr(module, "__path__")
    }


def _failure(told: dict[str, Any]) -> Exception:
    kind = getattr(errors, told["kind"], None)
    if isinstance(kind, type) and issubclass(kind, errors.FitreelError):
        return kind(told["message"])
    if told["kind"] == "MemoryError":
        return MemoryError(told["message"])
    return RuntimeError(told["message"])
