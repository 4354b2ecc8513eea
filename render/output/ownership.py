"""Whose a file is that stands where an output goes.

One rule for all: what fitreel made and nobody changed is its to replace, and anything else is not.
Films and pictures say themselves who made them. Subtitles, pages, tables and numbers have no room
for it: digests of what was made lie in a small hidden file beside them, `.NAME.fitreel`. It names
a file's new digest before that file comes to its place, and the one before as well, so that there
is no moment at which a killed process leaves a file of ours that isn't known as one.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fitreel.model.errors import BadInput
from fitreel.model.system.files import LONGEST_NAME, shortened, sweep, write_whole
from fitreel.render.metadata.checksum import is_film_of_ours
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.formats import OutputKind, format_of

Form = Callable[[bytes], bool]
"""Whether content has the form that fitreel gives it."""

_MARK = "fitreel-sha256:"
_LARGEST_MARK = 1000
_LARGEST = 64 << 20
"""Of a file whose form is looked at; larger ones are held against their mark only."""


def mark_of(path: Path) -> Path:
    """The hidden file that holds the digests of `path`."""
    return path.with_name(f".{shortened(path.name, LONGEST_NAME - len('..fitreel'))}.fitreel")


def mark(path: Path, digest: str, label: Path) -> None:
    """Note, before it comes to its place, what `path` will be: SHA-256, 64 hexadecimal digits.

    Only for who holds the lock of `path`.

    Raises:
        CannotWrite: the system refuses; the line names `label`.
    """
    before = _digest_of(path)
    digests = [digest] + [old for old in _digests(path) or () if old == before and old != digest]
    lines = "".join(f"{_MARK}{each}\n" for each in digests)
    with suppress(OSError):
        if mark_of(path).read_text("ascii", "replace") == lines:
            return
    sweep(path.parent, mark_of(path).name)
    write_whole(mark_of(path), lines.encode(), label)


def remove_lone_mark(path: Path) -> None:
    """Remove the mark of what hasn't come to its place, where nothing was before."""
    if not path.exists():
        mark_of(path).unlink(missing_ok=True)


def check_replaceable(output: str | Path, *, force: bool, form: Form | None = None) -> bool:
    """Refuse what stands at `output`, unless fitreel made it and nobody changed it.

    An empty file holds nothing, and may be replaced. What stands there stays.

    Args:
        output: a file, or a folder of frames.
        force: let anything be replaced that can be.
        form: of files of this kind that the version before made, which have no mark.

    Returns:
        Whether it is such a file without a mark: it may be replaced once, with a warning.

    Raises:
        BadInput: it isn't fitreel's, or was changed since.
    """
    try:
        path = Path(output).resolve()
        if force or not path.exists():
            return False
        if path.is_dir():
            if format_of(output).kind is OutputKind.FRAMES:
                _check_frames(path, output)
            return False
        if path.stat().st_size == 0 or is_film_of_ours(path):
            return False
        digests = _digests(path)
        if digests is not None:
            if _digest_of(path) in digests:
                return False
            raise _refused(output, "was changed since fitreel made it")
        if _is_changed_film(path):
            raise _refused(output, "was changed since fitreel made it")
        if form is not None and path.stat().st_size <= _LARGEST and form(path.read_bytes()):
            return True
    except OSError as error:
        raise _refused(output, f"can't be read ({error.strerror})") from error
    except (RuntimeError, ValueError):  # no name that can be, which is said elsewhere
        return False
    raise _refused(output, "is there, and fitreel did not make it")


def check_not_others(output: str | Path) -> None:
    """Refuse what stands at `output` and isn't fitreel's, in the words of a Python program.

    Raises:
        FileExistsError: it isn't fitreel's, or was changed since.
    """
    try:
        check_replaceable(output, force=False)
    except BadInput as error:
        what, _, remedy = str(error).rpartition("; ")
        if "--force" in remedy:
            remedy = "give another name, or overwrite=True to replace it"
        raise FileExistsError(f"{what}; {remedy}") from None


def check_plain_file(output: Path) -> Path:
    """Make sure that the file `output` can be there; where it really lies.

    Raises:
        BadInput: a folder or something else stands there, or it is no name.
    """
    try:
        path = output.resolve()
        exists, is_folder, is_file = path.exists(), path.is_dir(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"{output} can't be a file's name: {error}") from error
    if is_folder:
        raise BadInput(f"{output} is a folder; give a file")
    if exists and not is_file:
        raise BadInput(f"{output} is not a plain file, so it can't be replaced")
    return path


def _refused(output: str | Path, what: str) -> BadInput:
    return BadInput(f"{output} {what}; give another name, or --force to replace it")


def _check_frames(folder: Path, output: str | Path) -> None:
    for file in sorted(folder.iterdir()):
        if not is_film_of_ours(file):
            raise BadInput(
                f"{output} holds {file.name}, which fitreel did not make, or which was changed "
                "since; give another folder, or empty this one"
            )


def _is_changed_film(path: Path) -> bool:
    with suppress(BadInput):
        read_provenance(path)
        return True
    return False


def _digests(path: Path) -> list[str] | None:
    """Of what fitreel made as `path`; None where there is no mark."""
    file = mark_of(path)
    if not file.is_file():  # to open a pipe would be to wait
        return None
    with suppress(OSError), file.open("rb") as opened:
        lines = opened.read(_LARGEST_MARK).decode("ascii", "replace").splitlines()
        return [line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)]
    return None


def _digest_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
