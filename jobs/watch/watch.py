"""`fitreel watch`: a run, or the runs of a folder, in a browser or a terminal while they learn."""

import getpass
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report

SECONDS_A_LOOK = 0.1


@command("assignments", "runs", "wait", "quiet", "debug")
def watch(
    names: Annotated[
        list[Path], typer.Argument(metavar="RUN …|DIR", help="Records, or a folder of records.")
    ],
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", min=1, max=65535, help="Where to serve.")
    ] = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw the newest snapshot here; no browser.")
    ] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """Show a run, or the runs of a folder, in a browser while they learn; Ctrl-C ends it."""
    from fitreel.jobs.train.run_store import folder_of
    from fitreel.jobs.watch.place import check_place

    places = [folder_of(name, options.runs) for name in names]
    for place, name in zip(places, names, strict=True):
        check_place(place, name, is_alone=len(names) == 1, may_come=options.wait is not None)
    if terminal:
        from fitreel.jobs.watch.terminal import show_in_terminal

        show_in_terminal(places, options.assignments, report)
        return
    from fitreel.jobs.watch.server import served
    from fitreel.jobs.watch.site import Site
    from fitreel.model.system.extras import check_installed

    check_installed("bokeh", "page", "watch")
    server, remark = served(Site(secrets.token_urlsafe(18), places, options.assignments), port)
    if remark:
        report.say(remark)
    report.say(f"{', '.join(map(str, names))}: {server.address}")
    report.say(f"from elsewhere: ssh -L {server.port}:127.0.0.1:{server.port} {_login()}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        while True:
            signals.raise_if_cancelled()
            time.sleep(SECONDS_A_LOOK)
    finally:
        server.shutdown()
        server.server_close()


def _login() -> str:
    """Who and where one is, as ssh takes it."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "USER"
    return f"{user}@{socket.gethostname()}"
