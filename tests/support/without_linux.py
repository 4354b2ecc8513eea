"""The program on a system that has less than Linux: it finds no names that only Linux has.

    python without_linux.py macos|windows ARGUMENTS…

Shows what is imported and called, not how those systems behave. What is looked at by
`sys.platform` says "darwin" from then on, for both; libraries have seen the real one.
"""

import os
import select
import signal
import sys
from types import ModuleType
from typing import Any

MACOS: dict[Any, tuple[str, ...]] = {
    os: (
        "O_PATH", "MFD_CLOEXEC", "copy_file_range", "memfd_create", "pidfd_open",
        "posix_fallocate", "sched_getaffinity", "sendfile",
    ),
    select: ("epoll",),
}  # fmt: skip
WINDOWS: dict[Any, tuple[str, ...]] = {
    os: (
        *MACOS[os], "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "WNOHANG", "chown",
        "fchdir", "fchmod", "fork", "forkpty", "geteuid", "getpgid", "getuid", "killpg",
        "mkfifo", "nice", "setsid", "sysconf", "uname",
    ),
    select: ("epoll", "poll"),
    signal: (
        "SIGHUP", "SIGKILL", "SIGUSR1", "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK",
        "pthread_sigmask", "sigwait",
    ),
}  # fmt: skip
MODULES = ("fcntl", "grp", "pwd", "resource", "termios")
"""That Windows hasn't."""


def take_away(system: str) -> None:
    """Leave what there is on macOS, or on Windows."""
    # The standard library and others keep what they use themselves.
    import platform  # noqa: F401
    import shutil  # noqa: F401
    import socket
    import subprocess
    import tempfile  # noqa: F401
    import zoneinfo  # noqa: F401

    import filelock  # noqa: F401
    import imageio_ffmpeg
    import numpy  # noqa: F401
    import pydantic.types  # noqa: F401
    import torch  # noqa: F401

    # Which one it brings for that system it would ask.
    os.environ["IMAGEIO_FFMPEG_EXE"] = imageio_ffmpeg.get_ffmpeg_exe()
    del socket, subprocess
    for module, names in (MACOS if system == "macos" else WINDOWS).items():
        less = ModuleType(module.__name__)
        vars(less).update({name: it for name, it in vars(module).items() if name not in names})
        sys.modules[module.__name__] = less
    if system == "windows":
        os.supports_fd.discard(os.chdir)
        for name in MODULES:
            sys.modules[name] = None  # type: ignore[assignment]
    sys.platform = "darwin"


if __name__ == "__main__":
    take_away(sys.argv.pop(1))
    from fitreel.jobs.main import main

    main()
