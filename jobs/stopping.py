"""Signals: a handler only sets a flag; every loop looks at it, and a second signal ends at once."""

import os
import signal
from types import FrameType

from fitreel.model.errors import Stopped

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

_received: list[int] = []


def install() -> None:
    """Take HUP, INT and TERM; the background jobs of a shell ignore INT unless a handler is set."""
    for number in SIGNALS:
        signal.signal(number, note)


def check() -> None:
    """Called by every loop.

    Raises:
        Stopped: a signal has come.
    """
    if _received:
        raise Stopped(_received[0])


def asked() -> bool:
    """Whether a signal has come."""
    return bool(_received)


def note(number: int, _frame: FrameType | None) -> None:
    """Take a signal: the first is remembered, a second ends the program at once."""
    if _received:
        os._exit(128 + number)
    _received.append(number)
