"""Whether another process still does anything."""

from pathlib import Path


class Pulse:
    """How long a process has used no processor: one that is stopped, or waits for ever, uses none.

    Where the system doesn't tell, it counts as busy.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self._used = _ticks(process)
        self._idle = 0.0

    def idle(self, seconds: float) -> float:
        """Count `seconds` more of waiting for it; the seconds waited since it last did anything.

        They are the waiting one's own, not a clock's: where both were stopped, nobody waited.
        """
        used = _ticks(self._process)
        if used is None or used != self._used:
            self._used, self._idle = used, 0.0
        else:
            self._idle += seconds
        return self._idle


def _ticks(process: int) -> int | None:
    """Of processor time that all its threads have used; None where that isn't told."""
    try:
        stat = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return None
    user, system = stat.rpartition(b")")[2].split()[11:13]
    return int(user) + int(system)
