"""Signals of a script's own, held back while a frame is half written."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fitreel.model.system.processes import SIGNALS


@contextmanager
def deferred_signals() -> Iterator[None]:
    """A block that no handler of the script's interrupts; what came meanwhile comes at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {
        number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))
    }
    received: list[tuple[int, FrameType | None]] = []

    def receive(number: int, frame: FrameType | None) -> None:
        received.append((number, frame))

    for number in handlers:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for each, frame in received:
            handlers[signal.Signals(each)](each, frame)
