"""The process that `Painter` starts: draws what it is asked to into memory shared with its parent.

It ends when its parent's pipe does, and on Linux with its parent, however that ends.
"""

import gc
import json
import mmap
import os
import struct
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.parent import end_with_the_parent
from fitreel.render.painter import ANSWER, END, FAILED, PICTURE

if TYPE_CHECKING:
    from fitreel.render.picture import Picture

_IN, _OUT = 0, 1


def main() -> None:
    """Draw for the parent until it asks for nothing more."""
    memory, parent = int(sys.argv[1]), int(sys.argv[2])
    end_with_the_parent(parent)
    with suppress(BrokenPipeError):  # the parent has gone, or wants no more
        _answer(memory)


def _answer(memory: int) -> None:
    gc.set_threshold(50_000)  # imports make many objects and no rubbish
    trouble: Exception | None = None
    try:
        from fitreel.render.pictures import pictures
    except Exception as error:
        trouble = error
    while request := _received():
        try:
            if trouble is not None:
                raise trouble
            _draw(request, memory, pictures)
        except Exception as error:
            _tell(error)
            return
        _send(ANSWER.pack(END, 0, 0, 0, 0, 0, 0))


def _draw(
    request: dict[str, Any], memory: int, pictures: "Callable[..., Iterator[Picture]]"
) -> None:
    import numpy as np

    from fitreel.model.record import Run
    from fitreel.render.rectangle import NOTHING, union
    from fitreel.render.settings import FilmSettings
    from fitreel.render.timeline import Timeline

    run = Run(Path(request["run"]))
    if run.digest != request["digest"]:
        raise BadInput(f"{run.path}: the record has changed while its film was being made")
    settings = FilmSettings.model_validate_json(json.dumps(request["settings"]))
    line = None
    if request["line"] is not None:
        shown, blend, fps, *holds = request["line"]
        line = Timeline(np.array(shown, np.int64), np.array(blend), Fraction(fps), *holds)
    width, height = settings.pixels
    places = request["places"]
    shared = mmap.mmap(memory, places * 4 * width * height)
    frames = np.frombuffer(shared, np.uint8).reshape(places, height, width, 4)
    # What each place lacks of the newest picture.
    lacking = [(0, 0, width, height)] * places
    drawn = used = 0

    def wait_for(count: int) -> None:
        nonlocal used
        while used < count:
            if not os.read(_IN, 1):
                os._exit(0)
            used += 1

    for picture in pictures(run, settings, line, set(request["stills"])):
        lacking = [union(rectangle, picture.changed) for rectangle in lacking]
        wait_for(drawn - places + 1)
        place = drawn % places
        left, top, right, bottom = lacking[place]
        frames[place, top:bottom, left:right] = picture.frame[top:bottom, left:right]
        lacking[place] = NOTHING
        number = -1 if picture.number is None else picture.number
        _send(ANSWER.pack(PICTURE, number, picture.frames, *picture.changed))
        drawn += 1
    wait_for(drawn)


def _received() -> dict[str, Any] | None:
    """The parent's next request, or None where there are no more."""
    head = _read(8)
    if not head:
        return None
    told: dict[str, Any] = json.loads(_read(struct.unpack("<q", head)[0]))
    return told


def _read(count: int) -> bytes:
    content = b""
    while len(content) < count:
        more = os.read(_IN, count - len(content))
        if not more:
            return b""
        content += more
    return content


def _send(content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(_OUT, left) :]


def _tell(error: Exception) -> None:
    """Say what went wrong: an error of ours by its class, another one with its traceback."""
    known = isinstance(error, FitreelError | MemoryError)
    message = str(error) if known else "".join(traceback.format_exception(error))
    kind = next(
        (each.__name__ for each in type(error).__mro__ if each.__module__.endswith(".errors")),
        type(error).__name__,
    )
    content = json.dumps({"kind": kind, "message": message}).encode()
    _send(ANSWER.pack(FAILED, 0, len(content), 0, 0, 0, 0) + content)
