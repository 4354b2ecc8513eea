"""Where a film goes, and whether it can be written there."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from fitreel.model.errors import BadInput, CannotWrite
from fitreel.model.system.files import cannot_write, discard, temporary_file
from fitreel.render.metadata.checksum import is_film_of_ours
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.formats import ENDINGS, OutputKind, format_of

_FRAME = re.compile(r"[0-9]{5,}\.png")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # of two slashes a Path leaves one
_DEVICES, _MEMORY = Path("/dev"), Path("/dev/shm")  # noqa: S108  # whose files lie in memory


def check_name(output: str, where: str = "") -> None:
    """Refuse what somebody wrote for a film's name and can't have meant.

    Args:
        output: as it was written: a file with an ending, or a folder with a slash at its end.
        where: what the error begins with, as "-o "; may be empty.

    Raises:
        BadInput: as `check_place`, or it has no ending; the line names those that there are.
    """
    check_place(output, where)
    if output.endswith(("/", os.sep)):
        return
    path = Path(output)
    if path.suffix == "" or (path.suffix.lower() not in ENDINGS and path.is_dir()):
        raise BadInput(
            f"{where}{output}: has no ending; fitreel writes {', '.join(ENDINGS)}, "
            f'and a folder of frames: "{output}/"'
        )


def check_place(output: str | Path, where: str = "") -> None:
    """Refuse a place where no file of ours goes: stdout, a device, an address.

    Raises:
        BadInput: the line begins with `where` and the place.
    """
    text = os.fspath(output)
    if text == "-":
        raise BadInput(f"{where}-: nothing is written to stdout; give a name")
    if _ADDRESS.match(text):
        raise BadInput(f"{where}{text}: is an address; fitreel writes files, give a path")
    try:
        places = [Path(os.path.abspath(text)), Path(os.path.realpath(text))]  # noqa: PTH100
    except (OSError, ValueError):  # can't be: refused where it is looked at
        return
    for place in places:
        if place.is_relative_to(_DEVICES) and not place.is_relative_to(_MEMORY):
            raise BadInput(f"{where}{text}: is a device's place; give a file elsewhere")


def check_output(output: str | Path, *, makes_folder: bool = False) -> Path:
    """Make sure, without drawing anything, that `output` can be written; where it really lies.

    A symlink is followed: what it points at is replaced, not the link. What stands there stays.
    With `makes_folder` its folder may still have to be made, above which is tried.

    Raises:
        BadInput: an unknown ending, a folder where a file is meant or the other way round, or a
            folder that holds what fitreel did not make.
        CannotWrite: its folder is not there or can't be written.
    """
    is_frames = format_of(output).kind is OutputKind.FRAMES
    try:
        path = Path(output).resolve()
        mode = path.lstat().st_mode if os.path.lexists(path) else None
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"{output} can't be a film's name: {error}") from error
    if is_frames:
        if mode is not None and not stat.S_ISDIR(mode):
            raise BadInput(f"{output} is a file; a folder of frames can't go there")
        if mode is not None and os.path.ismount(path):
            raise BadInput(
                f"{output} is where a disk is mounted, which no new folder can take the place of; "
                f'give a folder in it, such as "{str(output).rstrip("/")}/frames/"'
            )
        if mode is not None:
            check_ours(path, output)
    elif mode is not None and stat.S_ISDIR(mode):
        raise BadInput(f'{output} is a folder; for one PNG a frame write "{output}/"')
    elif mode is not None and not stat.S_ISREG(mode):
        raise BadInput(f"{output} is not a plain file, so it can't be replaced by a film")
    there = path
    while makes_folder and not os.path.lexists(there.parent):
        there = there.parent
    _check_folder_takes(there, output)
    return path


def make_folder_of(output: str | Path) -> None:
    """Make the folder that `output` goes into, with those above it, where it isn't there.

    Raises:
        CannotWrite: the system refuses; the line names the first one that is missing.
    """
    make_folder(Path(os.path.realpath(output)).parent, output)


def make_folder(folder: Path, output: str | Path) -> None:
    """Make `folder` for `output`, with those above it, where it isn't there.

    Raises:
        CannotWrite: the system refuses; the line names the first one that is missing.
    """
    if folder.is_dir():
        return
    try:
        missing = next(above for above in (*reversed(folder.parents), folder) if not above.is_dir())
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"cannot write {output}: there is no folder {missing}, and it can't be made: "
            f"{error.strerror}"
        ) from error


def _check_folder_takes(path: Path, output: str | Path) -> None:
    """Try with a temporary file: permissions alone don't tell (read-only, full)."""
    if not path.parent.is_dir():
        raise CannotWrite(f"cannot write {output}: there is no folder {path.parent}")
    try:
        with suppress(FileNotFoundError):
            path.lstat()  # a name that is too long has a shorter temporary one
        discard(temporary_file(path))
    except OSError as error:
        raise cannot_write(Path(output), error) from error


def check_ours(folder: Path, output: str | Path) -> None:
    """Refuse to replace a folder with anything in it that fitreel did not make.

    Raises:
        BadInput: the line names what is in it.
        CannotWrite: it can't be looked into.
    """
    try:
        names = sorted(file.name for file in folder.iterdir())
    except OSError as error:
        raise cannot_write(Path(output), error) from error
    for name in names:
        try:
            if not _FRAME.fullmatch(name):
                raise BadInput(name)
            if not is_film_of_ours(folder / name):
                read_provenance(folder / name)
        except BadInput:
            raise BadInput(
                f"{output} holds {name}, which fitreel did not make; "
                "give another folder, or empty this one"
            ) from None
