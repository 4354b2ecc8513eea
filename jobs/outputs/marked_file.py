"""Small files with a mark beside them that says they are fitreel's: subtitles, pages, tables."""

import hashlib
from pathlib import Path

from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import CannotWrite
from fitreel.model.system.files import sweep, write_whole
from fitreel.render.output.ownership import (
    Form,
    check_plain_file,
    check_replaceable,
    mark,
    remove_lone_mark,
)


def check_file_place(output: Path, *, force: bool, form: Form | None = None) -> None:
    """Make sure, before anything is computed, that `output` may be written.

    Raises:
        BadInput: something else stands there, or what fitreel did not make, or what was changed.
    """
    check_plain_file(output)
    check_replaceable(output, force=force, form=form)


def write_marked(
    output: Path, content: bytes, report: Report, *, force: bool, form: Form | None = None
) -> bool:
    """Write `output`, which is locked, with its mark; whether it wasn't there byte for byte.

    Raises:
        BadInput: what stands there isn't fitreel's, or was changed.
        CannotWrite: the system refuses.
    """
    path = check_plain_file(output)
    sweep(path.parent, path.name)
    digest = hashlib.sha256(content).hexdigest()
    if not force and path.exists() and path.read_bytes() == content:
        mark(path, digest, output)
        return False
    warn_once(output, report, force=force, form=form)
    mark(path, digest, output)
    try:
        write_whole(path, content, output)
    except CannotWrite:
        remove_lone_mark(path)
        raise
    return True


def warn_once(output: Path, report: Report, *, force: bool, form: Form | None = None) -> None:
    """Check again what stands there, and say so where a file without a mark is replaced.

    Raises:
        BadInput: it isn't fitreel's, or was changed.
    """
    if check_replaceable(output, force=force, form=form):
        report.warn(f"{output}: was made by a fitreel that left no mark of it; it is replaced")
