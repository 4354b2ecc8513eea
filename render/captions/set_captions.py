"""Captions that a job sets itself, or has none of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.render.captions.caption import NO_CAPTION, Caption
from fitreel.render.captions.caption_track import CaptionTrack, Stretch
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import Translation
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
            for (_, text), start, stop in zip(own, starts, [*starts[1:], count], strict=True)
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


def caption_texts(picture: PictureSettings, words: Translation) -> list[str]:
    """Every text that may stand at the foot of a film, to be checked before there is a run."""
    if picture.caption is not None:
        return [picture.caption]
    if not isinstance(picture.captions, str):
        return [text for _, text in picture.captions if text]
    keys = [key for key in words.entries if key.startswith("caption_")]
    return [words.entries[key] for key in keys] if picture.captions == "auto" else []


def check_captions(picture: PictureSettings, epochs: int, where: str = "") -> None:
    """Refuse captions at epochs that don't exist.

    Args:
        picture: what the job says.
        epochs: the last epoch that there is.
        where: how many there are, in words, as "the training has 100".

    Raises:
        BadInput: the line names the epoch.
    """
    if isinstance(picture.captions, str):
        return
    for epoch, text in picture.captions:
        if epoch > epochs:
            raise BadInput(
                f"film.captions: there is no epoch {epoch} (for {text!r}); {where or 'the last'} "
                f"is {epochs}"
            )
