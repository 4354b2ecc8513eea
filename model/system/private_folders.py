"""Folders for what libraries keep from run to run, where nobody else can write. Torch-free."""

import atexit
import os
import shutil
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

_TORCH = "TORCHINDUCTOR_CACHE_DIR"

_ours_alone: list[Path] = []


@cache
def private_folder(name: str) -> Path:
    """A folder under the temporary one, the same from run to run.

    Where others own it or can write to it, what it holds could be anything: then it is one for this
    process and those that are forked off it later, and goes with this process.

    Args:
        name: of the library that it is for.

    Raises:
        OSError: the system refuses.
    """
    import tempfile  # only here: start-up counts

    temporary = Path(tempfile.gettempdir()).resolve()
    if not hasattr(os, "geteuid"):  # Windows: each user has a temporary folder of his own
        folder = temporary / f"fitreel-{name}"
        folder.mkdir(exist_ok=True)
        return folder
    folder = temporary / f"fitreel-{name}-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if is_ours and not stat.S_IMODE(status.st_mode) & 0o077 and os.access(folder, os.W_OK):
        return folder
    folder = Path(tempfile.mkdtemp(prefix=f"fitreel-{name}-"))
    if not _ours_alone:
        atexit.register(remove_private_folders)
    _ours_alone.append(folder)
    return folder


def remove_private_folders() -> None:
    """Remove those that are for this process: it is about to end."""
    for folder in _ours_alone:
        shutil.rmtree(folder, ignore_errors=True)


def choose_torch_cache() -> None:
    """Give torch's compiler a cache of its own; called before torch is imported.

    Most optimizers import the compiler, which makes its folder at once, in the temporary one under
    a name that anybody can take first. Nothing of ours is compiled; a user's own module may be.
    """
    given = os.environ.get(_TORCH)
    if given is not None:
        with suppress(OSError):
            Path(given).mkdir(parents=True, exist_ok=True)
            if os.access(given, os.W_OK | os.X_OK):
                return
    try:
        folder = private_folder("torch")
    except OSError:
        folder = Path("/")  # it is there, and so is no reason not to train
    os.environ[_TORCH] = str(folder)
