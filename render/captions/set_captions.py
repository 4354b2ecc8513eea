"""Captions that a job sets itself, or has none of."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.captions.caption_track import CaptionTrack, Stretch
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.timing.timeline import Timeline


def set_captions(
    picture: PictureSettings,
    timeline: Timeline,
    epochs: NDArray[np.integer[Any]],
    ending: Caption | None = None,
) -> CaptionTrack:
    """The captions that a job sets: one for all the film, or each from an epoch on; or none.

    Args:
        picture: what the job says.
        timeline: the film's.
        epochs: shape (S,): of the snapshots that are shown.
        ending: what is said at the last snapshot of a job without captions of its own.
    """
    count, fps = len(timeline), timeline.fps
    if picture.caption is not None:
        caption = Caption(picture.caption)
        return CaptionTrack([Stretch(0, count, caption)], fps, lambda index: caption)
    if not isinstance(picture.captions, str):
        own = picture.captions
        starts = np.searchsorted(timeline.times, [epoch for epoch, _ in own]).tolist()
        stretches = [
            Stretch(start, stop, Caption(text))
            for (_, text), (start, stop) in zip(own, pairwise([*starts, count]), strict=True)
            if start < stop
        ]
        if stretches and stretches[0].start:
            stretches.insert(0, Stretch(0, stretches[0].start, NO_CAPTION))
        return CaptionTrack(stretches, fps, lambda index: _set_at(own, float(epochs[index])))
    if ending is None:
        return CaptionTrack([], fps)
    last = len(epochs) - 1
    start = timeline.first_frame_of(last)
    stretches = [Stretch(0, start, NO_CAPTION), Stretch(start, count, ending)]
    return CaptionTrack(stretches, fps, lambda index: ending if index >= last else NO_CAPTION)


def _set_at(own: Sequence[tuple[int, str]], epoch: float) -> Caption:
    """The caption in force at an epoch."""
    return Caption(next((text for start, text in reversed(own) if start <= epoch), ""))


def check_captions(picture: PictureSettings, last: int | None) -> None:
    """Refuse captions that can't be drawn, or that stand at epochs which don't exist.

    Args:
        picture: what the job says.
        last: the last epoch that there can be; None where that isn't known.

    Raises:
        BadInput: the line names the epoch, and where it is mathematics, what is wrong with it.
        Unavailable: no font here has the characters.
    """
    if isinstance(picture.captions, str):
        return
    # Neither is needed where captions are sentences of ours.
    from fitreel.render.text.fonts import fonts_for
    from fitreel.render.text.mathtext import check_mathtext

    for epoch, text in picture.captions:
        where = f"film.captions: epoch {epoch}"
        if last is not None and epoch > last:
            raise BadInput(f"{where}: doesn't exist; the last one is {last}")
        check_mathtext(text, where)
    fonts_for([text for _, text in picture.captions], picture.font, picture.language)


def unreached_captions(picture: PictureSettings, last: int) -> str:
    """That captions are never seen, as a training ended at epoch `last`; "" where all are."""
    if isinstance(picture.captions, str):
        return ""
    late = [epoch for epoch, _ in picture.captions if epoch > last]
    if not late:
        return ""
    epochs = ", ".join(map(str, late))
    return f"film.captions: epoch {epochs}: not reached; the training ended at epoch {last}"
