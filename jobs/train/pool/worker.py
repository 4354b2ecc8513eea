"""A process of its own that trains one configuration, or batch, after another, as the parent asks.

On a socket of its own comes a line of JSON for each; back go lines of JSON: {"began"} at once,
{"done", "word"} now and then, and at the end {"failures"}. It ends when the socket does, and with
its parent. stdin and stdout are whosoever's: a module of the user's may read and print.

Signals are blocked when it starts; what takes long to import comes after they have handlers.
"""

import json
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.exit import end_after
from fitreel.model.system.files import sync_nothing
from fitreel.model.system.processes import SIGNALS, end_with_the_parent, import_numpy


def main() -> None:
    """Do what is asked until nothing more is."""
    end_with_the_parent(int(sys.argv[1]))
    # A terminal's Ctrl-C reaches the whole group: the parent decides, and tells us by TERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _note_once)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    number, seconds = int(sys.argv[2]), float(sys.argv[3])
    os.set_inheritable(number, False)
    if sys.argv[4] == "passing":
        sync_nothing()
    import_numpy()
    from fitreel.jobs.runtime.locks import Patience
    from fitreel.jobs.train.worker_tasks import handle_request

    wait = Patience(seconds)
    with socket.socket(fileno=number) as parent, parent.makefile("r", encoding="utf-8") as lines:

        def send(message: dict[str, Any]) -> None:
            parent.sendall(json.dumps(message).encode() + b"\n")

        for line in lines:
            if signals.cancelled():
                break  # it can be asked of another
            send({"began": True})
            send(handle_request(line, wait, send))


def _note_once(number: int, frame: FrameType | None) -> None:
    """Take a signal that may come twice: to the whole group, and then by the parent's word.

    The parent ends in its own way what doesn't end soon.
    """
    if not signals.cancelled():
        signals.receive(number, frame)


if __name__ == "__main__":
    end_after(main)
