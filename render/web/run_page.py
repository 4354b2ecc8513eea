"""What a page shows of one run, as its film goes."""

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.captions.run_captions import snapshot_captions
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.timeline import Timeline
from fitreel.render.web.page_subject import PageRun, PageSubject


def run_on_page(
    run: Record, picture: PictureSettings, timeline: Timeline, name: str, most: int | None = None
) -> PageSubject:
    """A record, of one snapshot at least, all of whose snapshots the timeline goes through."""
    words = translation_of(picture.language, picture.words)
    caption = snapshot_captions(run, picture, timeline, words)
    return PageSubject(
        name, [PageRun("", run, run.epochs.astype(np.float64), 0)], picture, timeline,
        lambda number, time: caption(number), most_steps=most,
    )  # fmt: skip
