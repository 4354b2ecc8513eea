"""A run folder as bytes that travel: what of it is new, and how what came is put in its place."""

from collections.abc import Collection, Mapping
from pathlib import Path

from fitreel.jobs.runtime.read_lock import without_readers
from fitreel.jobs.train.locked_run import LockedRun
from fitreel.jobs.train.run_place import discard_record
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import HEADER, NAMES, digest_of
from fitreel.model.record.writer import forget_states
from fitreel.model.system.files import cannot_write, write_whole

Files = dict[str, bytes]
"""Content by name."""

LOOKS = 5
"""So often a folder is listed anew whose files go while they are read."""


def new_files(folder: Path, have: Collection[str] = (), *, is_final: bool) -> Files:
    """The files of a record but those that one has, whose names stand for their content.

    Args:
        folder: the run folder; another process may be adding to it.
        have: names that aren't asked for.
        is_final: nobody is adding to it.

    Returns:
        What makes up a record that can be gone on from; nothing where there is no such.
    """
    for _ in range(LOOKS):
        try:
            names = _names(folder, is_final=is_final)
            return {name: (folder / name).read_bytes() for name in names if name not in have}
        except FileNotFoundError:  # a state has gone, because there is a newer one
            continue
    return {}


def _names(folder: Path, *, is_final: bool) -> list[str]:
    """In the order in which they are written."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    matches = [match for match in map(NAMES.fullmatch, names) if match]
    chunks = [match for match in matches if match[1] == "snapshots"]
    if HEADER not in names or (not chunks and not is_final):
        return []
    last = chunks[-1][2] if chunks else ""
    states = [match[0] for match in matches if match[1] == "state" and match[2] == last]
    if not states and not is_final:
        raise FileNotFoundError
    points = [match[0] for match in matches if match[1] == "points"]
    snapshots = [match[0] for match in chunks]
    # A state comes before its chunk, so that whoever ends in between finds it.
    return [*points, HEADER, *snapshots[:-1], *states, *snapshots[-1:]]


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write what `new_files` gave, each file whole or not at all; a state before it goes after.

    Raises:
        BadInput: a name is no run's, or doesn't stand for its content.
        CannotWrite: the system refuses.
    """
    for name, content in files.items():
        match = NAMES.fullmatch(name)
        if name != HEADER and (match is None or match[3] != digest_of(content)):
            raise BadInput(f"{folder / name}: came back other than it was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    last = None
    for name, content in files.items():
        match = NAMES.fullmatch(name)
        if match and match[1] == "state":
            # Who was killed between a state and its chunk left another one of this number.
            for other in folder.glob(f"state-{match[2]}-*"):
                other.unlink(missing_ok=True)
        write_whole(folder / name, content)
        if match and match[1] == "snapshots":
            last = int(match[2])
    if last is not None:
        forget_states(folder, keep=last)


def receive(locked_run: LockedRun, files: Mapping[str, bytes]) -> None:
    """Put what came of a record into its folder; only with its header an old record goes.

    Raises:
        BadInput: it isn't what was written there.
        Busy: another process draws from the old record.
        CannotWrite: the system refuses.
        Stopped: a signal came while waiting.
    """
    if HEADER in files:
        with without_readers(locked_run.path, wait=locked_run.wait):
            discard_record(locked_run.path)
            put_files(locked_run.path, files)
    else:
        put_files(locked_run.path, files)
