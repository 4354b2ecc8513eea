"""Signals: a handler only sets a flag; every loop looks at it, and a second signal ends at once.

A loop may be in the middle of something that takes long: one step of a huge network, a large file.
So a thread watches too, which the system wakes even while the main thread is deep in a library: it
ends the program when the loops haven't done so in time. What was trained up to the last chunk is on
disk by then, and ffmpeg and the workers end with us.
"""

import atexit
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from fitreel.model.errors import Stopped
from fitreel.model.system.files import remove_own_temporaries, wait_for_who_ends
from fitreel.model.system.processes import SIGNALS

SECONDS_TO_END = 1.6
"""How long the loops have, so that the program has ended after two seconds."""

_received: list[int] = []
_last_words: list[Callable[[str], None]] = []
_listeners: list[Callable[[str], None]] = []
_ended_first: list[Callable[[], None]] = []


def install() -> None:
    """Take HUP, INT and TERM; the background jobs of a shell ignore INT unless a handler is set.

    A HUP that is ignored already stays so: that is what `nohup` asks for.
    """
    signals = [
        number
        for number in SIGNALS
        if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN
    ]
    for number in signals:
        signal.signal(number, receive)
    woken, wake = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    # Or what the thread below is removing would stay, and its exit code be lost.
    atexit.register(wait_for_who_ends)
    # Where no thread can be started, the loops still look.
    with suppress(RuntimeError):
        threading.Thread(target=_watch, args=(woken, signals), name="stopping", daemon=True).start()


def raise_if_cancelled() -> None:
    """Called by every loop.

    Raises:
        Stopped: a signal has come.
    """
    if _received:
        raise Stopped(_received[0])


def cancelled() -> bool:
    """Whether a signal has come."""
    return bool(_received)


def receive(number: int, _frame: FrameType | None) -> None:
    """Take a signal: the first is remembered, a second ends the program at once."""
    if _received:
        _end(number)
    _received.append(number)
    if _last_words:
        _last_words[-1](str(Stopped(number)))
        _end(number)


@contextmanager
def ending_at_once(say: Callable[[str], None]) -> Iterator[None]:
    """A block in which nothing is written and which never looks: a signal ends the program there.

    Args:
        say: told why, first.

    Raises:
        Stopped: a signal has come before.
    """
    raise_if_cancelled()
    _last_words.append(say)
    try:
        yield
    finally:
        _last_words.pop()


@contextmanager
def told_to(say: Callable[[str], None]) -> Iterator[None]:
    """A block whose loops may be too slow to end in time: `say` is told then, why it ends."""
    _listeners.append(say)
    try:
        yield
    finally:
        _listeners.remove(say)


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """A block whose loops have so many seconds: what they wait for comes from other machines."""
    global SECONDS_TO_END
    before, SECONDS_TO_END = SECONDS_TO_END, seconds
    try:
        yield
    finally:
        SECONDS_TO_END = before


@contextmanager
def before_ending(end: Callable[[], None]) -> Iterator[None]:
    """A block with processes of our own: where the program ends at once, `end` is called before."""
    _ended_first.append(end)
    try:
        yield
    finally:
        _ended_first.remove(end)


def _watch(woken: int, signals: list[signal.Signals]) -> None:
    first = _next(woken, signals)
    # A second one may come while the main thread is too busy to take even the first.
    threading.Thread(target=lambda: _end(_next(woken, signals)), daemon=True).start()
    time.sleep(SECONDS_TO_END)
    for say in list(_listeners):
        with suppress(Exception):
            say(str(Stopped(first)))
    _end(first)


def _next(woken: int, signals: list[signal.Signals]) -> int:
    while True:
        number = os.read(woken, 1)[0]
        if number in signals:
            return number


def _end(number: int) -> None:
    for end in list(_ended_first):
        with suppress(Exception):
            end()
    remove_own_temporaries()
    os._exit(128 + number)
