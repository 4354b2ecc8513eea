"""A folder in which a record may be made: what stands there, and what of it is ours to remove."""

import json
import stat
from pathlib import Path

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, NAMES, Record
from fitreel.model.record.tensor_file import LARGEST_HEADER
from fitreel.model.system.files import cannot_write, sweep


def check_run_place(path: Path, *, own: bool) -> None:
    """Make sure that `path` is a place for a run: free, or a run folder; nothing is touched.

    What isn't ours in a run folder stays there, and is in nobody's way.

    Args:
        path: the folder.
        own: whether it has the name that we gave it, so that its run.json is ours, however damaged.

    Raises:
        BadInput: it holds something else.
    """
    if not path.exists():
        return
    if not path.is_dir():
        raise BadInput(f"{path}: is not a folder; a run is a folder")
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    ours = [entry for entry in entries if entry.name == HEADER or NAMES.fullmatch(entry.name)]
    for entry in ours:
        if entry.is_dir() and not entry.is_symlink():
            raise BadInput(f"{entry}: is a folder, where a run has a file; remove it")
    if _is_header(path / HEADER) or any(entry.name != HEADER for entry in ours):
        return
    if ours and own:
        return
    if ours:
        raise BadInput(f"{path / HEADER}: not the header of a run; choose another folder")
    # What systems leave in every folder is hidden.
    foreign = [entry.name for entry in entries if not entry.name.startswith(".")]
    if foreign:
        raise BadInput(f"{path}: holds no run but {foreign[0]!r}; choose another folder")


def holds_record(path: Path) -> bool:
    """Whether `path` is a folder, and no link to one, with a record of ours, whole or damaged."""
    if path.is_symlink() or not path.is_dir():
        return False
    try:
        return _is_header(path / HEADER) or any(
            NAMES.fullmatch(file.name) for file in path.iterdir()
        )
    except OSError:
        return False


def _is_header(file: Path) -> bool:
    """Whether fitreel, of whatever version, wrote this run.json."""
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_HEADER:
            return False
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and {"fitreel", "fingerprint"} <= content.keys()


def back_to_state(run: Record) -> None:
    """Remove what came without the state to go on from it; only under the run's lock.

    Raises:
        CannotWrite: the system refuses.
    """
    for chunk in reversed(run.leftovers):
        try:
            chunk.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(chunk, error) from error


def discard_record(path: Path) -> None:
    """Remove a record's own files, the header first, so that no part of it looks whole.

    Its points stay until there are new ones: they say whose folder it is. Only under its lock.

    Raises:
        CannotWrite: the system refuses.
    """
    if not path.is_dir():
        return
    sweep(path)
    names = {entry: NAMES.fullmatch(entry.name) for entry in path.iterdir()}
    files = [entry for entry, match in names.items() if match and match[1] != "points"]
    try:
        for file in (path / HEADER, *files):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(file, error) from error
