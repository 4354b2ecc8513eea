"""The link to a job's newest film, `film.latest`."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.outputs.names import fill_in
from fitreel.jobs.runtime.locks import Patience, locked
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.system.files import discard, replacing, sweep, sync_folder, temporary_name
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.destination import check_place
from fitreel.render.output.formats import format_of
from fitreel.render.output.output import Output

SECONDS_FOR_THE_LINK = 60.0


@dataclass(frozen=True)
class LatestLink:
    """What is to point at the newest film."""

    path: Path
    key: str
    """What messages call it: key and value."""
    where: str
    """The job that says so, and the key."""


def latest_link_of(loaded: LoadedJob, options: Options) -> LatestLink | None:
    """What `film.latest` says; None where it isn't asked for.

    A record or a film says nothing of the kind: who wrote it must not choose what is replaced here.

    Raises:
        BadInput: a placeholder that we don't know, or a home that isn't there.
    """
    latest = loaded.job.film.latest
    if latest is None or not loaded.trusts("film.latest"):
        return None
    name = fill_in(latest, loaded.job, options.now, f"{loaded.source.label}: film.latest")
    key = f"film.latest = {name!r}"
    check_place(name, f"{loaded.source.label}: film.latest: ")
    return LatestLink(loaded.path("film.latest", name), key, f"{loaded.source.label}: {key}")


def check_latest_link(link: LatestLink) -> None:
    """Refuse a link in whose place is what isn't fitreel's.

    Raises:
        BadInput: the line names it.
    """
    if link.path.is_symlink() or not link.path.exists():
        return
    if link.path.is_dir():
        raise BadInput(f"{link.where}: is a folder")
    try:
        read_provenance(link.path)
    except BadInput:
        raise BadInput(f"{link.where}: is there, and fitreel did not make it") from None


def check_fits(link: LatestLink, outputs: Sequence[Output]) -> None:
    """Make sure that the link can point at one of `outputs`.

    Raises:
        BadInput: none has its format, or it is one of them.
    """
    if all(output.format != format_of(link.path) for output in outputs):
        raise BadInput(f"{link.where}: no output has this ending")
    place = os.path.abspath(link.path)  # noqa: PTH100
    if any(os.path.abspath(output.path) == place for output in outputs):  # noqa: PTH100
        raise BadInput(f"{link.where}: is an output itself; give it another name")


def update_latest_link(latest: Path, film: Path, report: Report) -> None:
    """Make `latest` a link to `film`, or a copy where there are no links, in one rename.

    Raises:
        CannotWrite: the system refuses.
        Busy: another process has been doing the same for a minute.
        Stopped: a signal came while another process was doing the same.
    """
    target = os.path.relpath(film.resolve(), latest.parent.resolve())
    if latest.is_symlink() and latest.readlink() == Path(target):
        return
    # Who makes the same link needs a moment: that is no reason to fail.
    with locked(latest, "link", wait=Patience(SECONDS_FOR_THE_LINK)):
        sweep(latest.parent, latest.name)
        temporary = temporary_name(latest)
        try:
            temporary.symlink_to(target)
            temporary.replace(latest)  # a link has no bytes of its own to sync
            sync_folder(latest.parent)
        except OSError:
            with replacing(latest) as copy:
                shutil.copyfile(film, copy)
        finally:
            discard(temporary)
    report.say(f"{latest}: now {film.name}")
