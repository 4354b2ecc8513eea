"""What is said, also into a file: for who reads it in the morning."""

import errno
import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from fitreel.model.errors import CannotWrite

LogFormat = Literal["text", "json"]
NO_FACTS: Mapping[str, Any] = {}


class Log:
    """A file that grows by a line a message, whole even where several processes write to it."""

    def __init__(self, path: Path, form: LogFormat) -> None:
        """Open it to append.

        Raises:
            CannotWrite: the system refuses, or it is a pipe that nobody reads.
        """
        self.path = path.absolute()
        self.form = form
        self._rest = b""
        try:
            # A pipe is neither waited for until somebody reads it, nor while its reader is slow.
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
            self._file = os.open(path, flags, 0o666)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            if getattr(error, "errno", None) == errno.ENXIO:
                why = "nobody reads from it"
            raise CannotWrite(f"cannot write the log {path}: {why}") from error

    def write(self, level: str, message: str, facts: Mapping[str, Any] = NO_FACTS) -> None:
        """Add a message with its time, to the second, and the hours from UTC.

        Args:
            level: "info", "warning" or "error".
            message: any text; in the text form further lines are indented.
            facts: what a program would look for in it, for the JSON form: plain values by names.
        """
        time = datetime.now().astimezone().isoformat(timespec="seconds")
        if self.form == "json":
            entry = {"time": time, "level": level, "message": message, "pid": os.getpid(), **facts}
            line = json.dumps(
                {key: _json(value) for key, value in entry.items()}, ensure_ascii=False
            )
        else:
            line = f"{time} {level.upper():7} " + "\n    ".join(message.splitlines())
        content = f"{line}\n".encode(errors="backslashreplace")
        # A log on a full disk, or in a full pipe, doesn't end the work that it tells of, nor hold
        # it up: that line is lost. Of one that was taken in part, the rest comes first.
        with suppress(OSError):
            if self._rest:
                self._rest = self._rest[os.write(self._file, self._rest) :]
            if not self._rest:
                self._rest = content[os.write(self._file, content) :]


def _json(value: Any) -> Any:
    """The value as JSON has it, whose numbers are finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
