"""Files that appear whole or not at all: write under another name, sync, rename, sync the folder.

A temporary file is called `.NAME.PID-RANDOM.fitreel.tmp`, in the folder of the file it will become,
so that the rename stays within one filesystem. It is made exclusively, under a name that nobody
can guess, so never through a link and never one of another process. Later, whoever holds the lock
of NAME sweeps what carries this mark, and nothing else.

What is temporary changes hands only under `_changes`. The thread that ends the program takes it and
never lets go: what the main thread is just putting in its place is in its place by then, and after
that nothing gets a name any more.
"""

import binascii
import errno
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from fitreel.model.errors import CannotWrite

TEMPORARY = ".fitreel.tmp"
_OLD = ".fitreel.old.tmp"
_ASIDE = re.compile(rf"\.(.+)\.\d+-[0-9a-f]{{8,}}{re.escape(_OLD)}", re.DOTALL)
_HIDDEN = re.compile(r"\.(.+)\.\d+-[0-9a-f]{8,}\.fitreel(\.old)?\.tmp", re.DOTALL)

LONGEST_NAME = 255
"""Bytes of a file's name, on next to every file system."""
_MARKS = 56
"""At least as many bytes as a temporary name has besides the name itself."""

_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_TO_SYNC = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
"""How a file is opened to be synced: Windows wants to be allowed to write."""
_RENAME_EXCHANGE = 2
"""Linux's flag for renameat2."""

_CANNOT_SYNC = {
    errno.EACCES,
    errno.EBADF,
    errno.EINVAL,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EPERM,
}
"""What file systems answer that have no sync, of folders mostly; what is written is written."""

_syncs = True
_changes = threading.RLock()
_own: dict[Path, Path] = {}
"""What this process has under temporary names, and what each was, or is to become."""


def shortened(name: str, longest: int) -> str:
    """`name`, or where it has more than `longest` bytes its start and a digest of all of it."""
    if len(os.fsencode(name)) <= longest:
        return name
    import hashlib  # only here: start-up counts

    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    while len(os.fsencode(name)) + 1 + len(digest) > longest:
        name = name[:-1]
    return f"{name}~{digest}"


@cache
def _system() -> str:
    """Eight digits for this machine and its numbering of processes: each container has a PID 1."""
    parts = [os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return f"{binascii.crc32(os.fsencode(' '.join(parts))):08x}"


def temporary_name(path: Path, mark: str = TEMPORARY) -> Path:
    """A hidden name beside `path`, under which it is written first; nothing is there yet."""
    stem = shortened(path.name, LONGEST_NAME - _MARKS)
    random = os.urandom(8).hex()
    temporary = path.with_name(f".{stem}.{os.getpid()}-{_system()}{random}{mark}")
    with _changes:
        _own[temporary.absolute()] = path.absolute()
    return temporary


def temporary_file(path: Path) -> Path:
    """A new, empty file under a temporary name beside `path`; `discard` it if it isn't placed.

    Raises:
        OSError: the system refuses.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
    return _create(path, lambda temporary: os.close(os.open(temporary, flags, 0o666)))


def temporary_folder(path: Path) -> Path:
    """A new, empty folder under a temporary name beside `path`; `discard` it if it isn't placed.

    Raises:
        OSError: the system refuses.
    """
    return _create(path, Path.mkdir)


def _create(path: Path, make: Callable[[Path], None]) -> Path:
    with _changes:
        temporary = temporary_name(path)
        try:
            make(temporary)
        except OSError:
            del _own[temporary.absolute()]
            raise
    return temporary


def discard(temporary: Path) -> None:
    """Remove what lies under a temporary name of ours, if it still does."""
    with _changes:
        _remove(temporary)
        _own.pop(temporary.absolute(), None)


def remove_own_temporaries() -> None:
    """Remove all that this process has under temporary names; only for who ends it right away.

    Nothing gets a name, and no other thread gets past `discard`, after that.
    """
    _changes.acquire()
    for temporary, path in list(_own.items()):
        with suppress(OSError):
            if temporary.name.endswith(_OLD) and not os.path.lexists(path):
                temporary.rename(path)
            elif temporary.is_dir() and not temporary.is_symlink():
                remove_folder(temporary)  # the main thread may still put files into it
        _remove(temporary)


def wait_for_who_ends() -> None:
    """Never return where another thread is ending the program just now: its exit code counts."""
    with _changes:
        pass


def sync_nothing() -> None:
    """From now on sync nothing: what this process writes is for one that is here until it ends."""
    global _syncs
    _syncs = False


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the file system can.

    Raises:
        OSError: the disk fails.
    """
    _sync(folder)


def sync_file(path: Path) -> None:
    """Make the bytes of `path` survive a power cut, where the file system can.

    Raises:
        OSError: the disk fails, or there is no such file.
    """
    _sync(path)


def _sync(path: Path) -> None:
    if not _syncs:
        return
    try:
        descriptor = os.open(path, _TO_SYNC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def cannot_write(path: Path, error: OSError) -> CannotWrite:
    """The error that a user reads when the system refuses to write `path`."""
    return CannotWrite(f"cannot write {path}: {error.strerror or error}")


@contextmanager
def replacing(path: Path, label: Path | None = None) -> Iterator[Path]:
    """Yield a new, empty temporary file; when the block ends well, that file becomes `path`.

    On any exception the temporary file is removed and what stood at `path` stays as it was. A link
    at `path` is replaced, not followed.

    Raises:
        CannotWrite: the system refuses to write, sync or rename; the line names `label`, or `path`.
    """
    try:
        temporary = temporary_file(path)
        try:
            yield temporary
            put_in_place(temporary, path)
        finally:
            discard(temporary)
    except OSError as error:
        raise cannot_write(label or path, error) from error


def put_in_place(temporary: Path, path: Path) -> None:
    """Make the finished file `temporary`, in the same folder, the file `path`.

    Raises:
        OSError: the system refuses to sync or rename.
    """
    sync_file(temporary)
    with _changes:
        temporary.replace(path)
        _own.pop(temporary.absolute(), None)
    sync_folder(path.parent)


def put_folder_in_place(
    temporary: Path, path: Path, check: Callable[[], None] | None = None
) -> None:
    """Make the finished folder of files `temporary` the folder `path`; an old one there goes.

    Args:
        temporary: in the same folder.
        path: what it is to be.
        check: called before each file is synced, and at the end; may raise to stop.

    Raises:
        OSError: the system refuses to sync, rename or remove.
    """
    for file in temporary.iterdir():
        if check:
            check()
        sync_file(file)
    sync_folder(temporary)
    with _changes:
        old = _put(temporary, path)
    sync_folder(path.parent)
    if old is not None:
        with _changes:
            shutil.rmtree(old)
            _own.pop(old.absolute(), None)
        sync_folder(path.parent)
    if check:
        check()


def _put(temporary: Path, path: Path) -> Path | None:
    """Rename a folder to one that may be there; where the old one lies then.

    A folder can't be renamed onto one that has files in it. Linux can exchange the two in one step;
    elsewhere the old one is first moved aside, and moved back if the new one can't take its place:
    at once, or where we end in between, by who ends us or by `sweep`.
    """
    if not path.exists():
        temporary.rename(path)
        _own.pop(temporary.absolute(), None)
        return None
    if _exchange(temporary, path):
        return temporary
    aside = temporary_name(path, _OLD)
    path.rename(aside)
    try:
        temporary.rename(path)
    except OSError:
        aside.rename(path)
        raise
    _own.pop(temporary.absolute(), None)
    return aside


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


def remove_folder(folder: Path) -> None:
    """Remove a folder with all in it: first its name, so that nobody meets a part of it.

    Raises:
        OSError: the system refuses; what is left of it has its name again.
    """
    with _changes:
        going = temporary_name(_own.get(folder.absolute(), folder))
        try:
            folder.rename(going)
            try:
                shutil.rmtree(going)
            except OSError:
                going.rename(folder)
                raise
        finally:
            del _own[going.absolute()]


def write_whole(path: Path, content: bytes, label: Path | None = None) -> None:
    """Write `content` as the file `path`, whole or not at all.

    Raises:
        CannotWrite: the system refuses; the line names `label`, or `path`.
    """
    with replacing(path, label) as temporary:
        fill(temporary, content)


def fill(temporary: Path, content: bytes) -> None:
    """Write `content` into a file that is there already: one that was removed stays so.

    Raises:
        OSError: the system refuses.
    """
    with temporary.open("r+b") as file:
        file.write(content)


def sweep(folder: Path, name: str | None = None) -> None:
    """Remove what a killed process left of `name` in `folder`; only for who holds its lock.

    A folder that was moved aside for a new one that never came goes back to its place.

    Args:
        folder: where the temporary files lie.
        name: of the file that they should have become; None: of any.
    """
    for leftover in leftovers(folder, name):
        if leftover.absolute() in _own:
            continue
        aside = _ASIDE.fullmatch(leftover.name)
        if aside and not os.path.lexists(folder / (name or aside[1])):
            with suppress(OSError):
                leftover.rename(folder / (name or aside[1]))
                continue
        _remove(leftover)


def remove_temporaries_of(process: int, folder: Path) -> None:
    """Remove what a process of this machine that has ended left in `folder` and the folders in it.

    One of another machine, or container, may have the same number.
    """
    for leftover in leftovers(folder, process=process):
        _remove(leftover)
    with suppress(OSError):
        for inner in folder.iterdir():
            for leftover in leftovers(inner, process=process):
                _remove(leftover)


def leftovers(folder: Path, name: str | None = None, process: int | None = None) -> list[Path]:
    """The temporary files of `name`, or of any name, in `folder`; of one process, or of any."""
    stem = ".+" if name is None else re.escape(shortened(name, LONGEST_NAME - _MARKS))
    maker = r"\d+-" if process is None else f"{process}-{_system()}"
    temporary = re.compile(rf"\.{stem}\.{maker}[0-9a-f]{{8,}}\.fitreel(\.old)?\.tmp", re.DOTALL)
    try:
        return [entry for entry in folder.iterdir() if temporary.fullmatch(entry.name)]
    except OSError:
        return []


def name_of(temporary: Path) -> str | None:
    """The name, `shortened` where it was long, of what this is to become; None: nothing of ours."""
    match = _HIDDEN.fullmatch(temporary.name)
    return match[1] if match else None


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        if temporary.is_dir() and not temporary.is_symlink():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
