"""A page for a browser that will be too large is refused before anything is trained."""

from collections.abc import Sequence

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.train.record_size import numbers_of, snapshots_of
from fitreel.model.errors import BadInput
from fitreel.render.film_settings import FilmSettings
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.output import Output

LARGEST_PAGE = 50_000_000
"""Bytes, as in `render.web.page_size`, which measures a record."""
NUMBERS_OF_UNITS = 3_300
"""At most, of the panel of hidden units: see `render.web.inside_charts`."""
BYTES_A_NUMBER = 1.1
"""Of predictions, rounded and compressed, as fields and curves of films were measured to take."""


def check_page_before(
    resolved_jobs: Sequence[ResolvedJob], film: FilmSettings, outputs: Sequence[Output]
) -> None:
    """Refuse a page of these trainings that is too large, as far as that can be told by now.

    Raises:
        BadInput: the line says what makes it smaller.
    """
    pages = [output for output in outputs if output.kind is OutputKind.WEB_PAGE]
    most = film.page_snapshots or max(map(snapshots_of, resolved_jobs))
    each = [(min(snapshots_of(job), most), _numbers_on_page(job, film)) for job in resolved_jobs]
    size = BYTES_A_NUMBER * sum(snapshots * numbers for snapshots, numbers in each)
    if not pages or size <= LARGEST_PAGE:
        return
    fitting = int(LARGEST_PAGE / (BYTES_A_NUMBER * sum(numbers for _, numbers in each)))
    ways = [f"film.page_snapshots = {fitting} takes so many of them"] if fitting >= 2 else []
    ways.append("train.snapshot_every and data.grid make records smaller")
    raise BadInput(
        f"{pages[0].path}: would be about {size / 1e6:,.0f} MB, more than {LARGEST_PAGE / 1e6:.0f}:"
        f" of {most:,} snapshots; {'; '.join(ways)}"
    )


def _numbers_on_page(resolved_job: ResolvedJob, film: FilmSettings) -> int:
    """How many a page has of each snapshot; comparisons have no such panels."""
    predicted, weights = numbers_of(resolved_job)
    layers = sum(name in film.panels for name in ("weights", "gradients"))
    return predicted + layers * weights + ("units" in film.panels) * NUMBERS_OF_UNITS
