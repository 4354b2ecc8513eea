"""The process of a `DrawWorker`: draws what it is asked to into memory shared with its parent.

It ends when its parent's pipe does, and on Linux with its parent, however that ends.
"""

import gc
import math
import mmap
import os
import pickle
import struct
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from fitreel.model.errors import BadInput, FitreelError
from fitreel.model.system.processes import end_with_the_parent
from fitreel.render.mpl import own_process
from fitreel.render.pipeline.draw_worker import ANSWER, END, FAILED, PICTURE, DrawRequest

if TYPE_CHECKING:
    from fitreel.render.frame import DrawnFrame

_IN, _OUT = 0, 1


def main(memory: int, parent: int) -> None:
    """Draw into `memory` for the process `parent` until it asks for nothing more."""
    end_with_the_parent(parent)
    own_process.declare_own()
    with suppress(BrokenPipeError):  # the parent has gone, or wants no more
        _answer(memory)


def _answer(memory: int) -> None:
    gc.set_threshold(50_000)  # imports make many objects and no rubbish
    trouble: Exception | None = None
    try:
        from fitreel.render.mpl.cached_text_renderer import cached_text_is_exact
        from fitreel.render.single.snapshot_frames import drawn_snapshots

        cached_text_is_exact()  # found out now, while the parent is still reading
    except Exception as error:
        trouble = error
    while request := _received():
        try:
            if trouble is not None:
                raise trouble
            _draw(request, memory, drawn_snapshots)
        except Exception as error:
            _tell(error)
            return
        _send(ANSWER.pack(END, 0, 0, 0, 0, 0, 0))


def _draw(
    request: DrawRequest, memory: int, pictures: "Callable[..., Iterator[DrawnFrame]]"
) -> None:
    import numpy as np

    from fitreel.model.record.reader import Record
    from fitreel.render.geometry import NOTHING, union
    from fitreel.render.output.yuv import YuvConverter

    run = Record(request.run, until=request.digest)
    if run.digest != request.digest:
        raise BadInput(f"{run.path}: the record has changed while its film was being made")
    width, height = request.picture.pixels
    converter = YuvConverter((width, height)) if request.as_yuv else None
    shape = (height, width, 4) if converter is None else converter.yuv.shape
    places = request.places
    shared = mmap.mmap(memory, places * math.prod(shape))
    frames = np.frombuffer(shared, np.uint8).reshape(places, *shape)
    # What each place lacks of the newest picture.
    lacking = [(0, 0, width, height)] * places
    drawn = used = 0

    def wait_for(count: int) -> None:
        nonlocal used
        while used < count:
            if not os.read(_IN, 1):
                os._exit(0)
            used += 1

    drawn_pictures = pictures(
        run, request.picture, request.timeline, request.stills, film=request.film
    )
    for picture in drawn_pictures:
        lacking = [union(rectangle, picture.changed) for rectangle in lacking]
        wait_for(drawn - places + 1)
        place = drawn % places
        if converter is None:
            left, top, right, bottom = lacking[place]
            frames[place, top:bottom, left:right] = picture.frame[top:bottom, left:right]
        else:
            converter.update(picture.frame, picture.changed)
            converter.copy_to(frames[place], lacking[place])
        lacking[place] = NOTHING
        number = -1 if picture.number is None else picture.number
        _send(ANSWER.pack(PICTURE, number, picture.frames, *picture.changed))
        drawn += 1
    wait_for(drawn)


def _received() -> DrawRequest | None:
    """The parent's next request, or None where there are no more."""
    head = _read(8)
    if not head:
        return None
    request: DrawRequest = pickle.loads(_read(struct.unpack("<q", head)[0]))  # noqa: S301 (our parent's)
    return request


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
    """Say what went wrong: the exception itself where it is one of ours, else its traceback."""
    if not isinstance(error, FitreelError | MemoryError):
        error = RuntimeError("".join(traceback.format_exception(error)))
    content = pickle.dumps(error)
    _send(ANSWER.pack(FAILED, 0, len(content), 0, 0, 0, 0) + content)
