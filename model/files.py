"""Files that appear whole or not at all: write under another name, sync, rename, sync the folder.

A temporary file is called `.NAME.PID.tmp`, in the folder of the file it will become, so that the
rename stays within one filesystem and a later process that holds the lock knows what to sweep.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fitreel.model.errors import CannotWrite

TEMPORARY = ".tmp"
_OLD = f".old{TEMPORARY}"
_ASIDE = re.compile(rf"\.(.+)\.\d+{re.escape(_OLD)}", re.DOTALL)

_RENAME_EXCHANGE = 2
"""Linux's flag for renameat2."""

_own: set[Path] = set()


def temporary_name(path: Path) -> Path:
    """The hidden name beside `path` under which it is written first."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")
    _own.add(temporary.absolute())
    return temporary


def remove_own_temporaries() -> None:
    """Remove all that this process has under temporary names: it is about to end."""
    for temporary in list(_own):
        _remove(temporary)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the bytes of `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """The error that a user reads when the system refuses to write `path`."""
    return CannotWrite(f"cannot write {path}: {error.strerror or error}")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file name; when the block ends well, that file becomes `path`.

    On any exception the temporary file is removed and what stood at `path` stays as it was.

    Raises:
        CannotWrite: the system refuses to write, sync or rename.
    """
    temporary = temporary_name(path)
    try:
        yield temporary
        put_in_place(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, path: Path) -> None:
    """Make the finished file `temporary`, in the same folder, the file `path`.

    Raises:
        OSError: the system refuses to sync or rename.
    """
    temporary.chmod(0o666 & ~_umask())
    sync_file(temporary)
    temporary.replace(path)
    sync_folder(path.parent)


def put_folder_in_place(temporary: Path, path: Path) -> None:
    """Make the finished folder of files `temporary` the folder `path`; an old one there goes.

    A folder can't be renamed onto one that has files in it. Linux can exchange the two in one step;
    elsewhere the old one is first moved aside, and moved back if the new one can't take its place:
    at once, or where we are killed in between, by `sweep`.

    Raises:
        OSError: the system refuses to sync or rename.
    """
    for file in temporary.iterdir():
        sync_file(file)
    sync_folder(temporary)
    if not path.exists():
        temporary.rename(path)
    elif _exchange(temporary, path):
        sync_folder(path.parent)
        shutil.rmtree(temporary)
    else:
        aside = path.with_name(f".{path.name}.{os.getpid()}{_OLD}")
        path.rename(aside)
        try:
            temporary.rename(path)
        except OSError:
            aside.rename(path)
            raise
        sync_folder(path.parent)
        shutil.rmtree(aside)
    sync_folder(path.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; whether this system and filesystem can."""
    if sys.platform != "linux":
        return False
    import ctypes  # only here: start-up counts

    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    names = (os.fsencode(one.absolute()), os.fsencode(other.absolute()))
    return bool(rename(-1, names[0], -1, names[1], _RENAME_EXCHANGE) == 0)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` as the file `path`, whole or not at all.

    Raises:
        CannotWrite: the system refuses.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def sweep(folder: Path, name: str | None = None) -> None:
    """Remove what a killed process left of `name` in `folder`; only for who holds its lock.

    A folder that was moved aside for a new one that never came goes back to its place.

    Args:
        folder: where the temporary files lie.
        name: of the file that they should have become; None: of any.
    """
    for leftover in leftovers(folder, name):
        old = _ASIDE.fullmatch(leftover.name)
        if old and not os.path.lexists(folder / old[1]):
            with suppress(OSError):
                leftover.rename(folder / old[1])
                continue
        _remove(leftover)


def remove_temporaries_of(process: int, folder: Path) -> None:
    """Remove what a process that has ended left in `folder` and in the folders in it."""
    for leftover in leftovers(folder, process=process):
        _remove(leftover)
    with suppress(OSError):
        for inner in folder.iterdir():
            for leftover in leftovers(inner, process=process):
                _remove(leftover)


def leftovers(folder: Path, name: str | None = None, process: int | None = None) -> list[Path]:
    """The temporary files of `name`, or of any name, in `folder`; of one process, or of any."""
    own = ".+" if name is None else re.escape(name)
    number = r"\d+" if process is None else str(process)
    wanted = re.compile(rf"\.{own}\.{number}(\.old)?{re.escape(TEMPORARY)}", re.DOTALL)
    try:
        return [entry for entry in folder.iterdir() if wanted.fullmatch(entry.name)]
    except OSError:
        return []


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        if temporary.is_dir() and not temporary.is_symlink():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
