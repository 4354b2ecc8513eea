"""What lies in a folder of thousands of runs, listed anew no more often than is cheap."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Content = TypeVar("Content")

CHEAP = 0.0005
"""Seconds of processor's time; what took no more is listed whenever it is asked for."""
MOST_OF_THE_TIME = 0.05
"""A sweep adds a run every few milliseconds: listing all of them takes no more of its time."""


@dataclass(frozen=True)
class _Contents(Generic[Content]):
    folder: Path
    content: Content
    good_until: float
    """On `time.monotonic`."""


class Listing(Generic[Content]):
    """What is read of a folder, which may be some moments old where reading it takes long."""

    def __init__(self, read: Callable[[Path], Content]) -> None:
        self._read = read
        self._last: _Contents[Content] | None = None

    def of(self, folder: Path) -> Content:
        """What is there."""
        folder = folder.absolute()
        last, now = self._last, time.monotonic()
        if last is not None and last.folder == folder and now < last.good_until:
            return last.content
        started = time.thread_time()
        content = self._read(folder)
        took = time.thread_time() - started
        good_for = took / MOST_OF_THE_TIME if took > CHEAP else 0.0
        self._last = _Contents(folder, content, time.monotonic() + good_for)
        return content
