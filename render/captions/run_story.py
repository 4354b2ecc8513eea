"""What there is to tell of one run."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.phases.yardsticks import Yardsticks, yardsticks_of
from fitreel.render.captions.run_sentences import end_caption, start_sentence
from fitreel.render.captions.shape_sentences import TableErrors, best_constant, start_shape
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import shown_count, shown_snapshots
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation


@dataclass(frozen=True)
class RunStory:
    """All that can be said of a run in pictures of one kind."""

    run: Record
    picture: PictureSettings
    words: Translation

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """Shape (S,): of the snapshots that are shown."""
        return self.run.losses[: shown_count(self.run, self.picture)].astype(np.float64)

    @cached_property
    def format(self) -> LossFormat:
        """How they are written."""
        return LossFormat.of(self.losses, self.words)

    @cached_property
    def sticks(self) -> Yardsticks | None:
        """What they are measured against."""
        return yardsticks_of(self.run)

    @property
    def tells_noise(self) -> bool:
        """Whether the noise is in the picture, so that it can be spoken of."""
        panels = self.picture.panels
        # What isn't a curve has a plot of its loss where nothing else is asked for.
        return "loss" in panels or not (panels or self.run.header.is_curve)

    @cached_property
    def start(self) -> str:
        """The first sentence."""
        first = next(shown_snapshots(self.run, [0]))
        shape = start_shape(self.run, self.picture.view, first)
        if shape and first.epoch == 0 and self.run.header.recorder == "job":
            shown = self.words.text(f"caption_shape_{shape}")
            return self.words.text("caption_untrained", shape=shown)
        return start_sentence(self.run, first, self.words)

    @cached_property
    def constant(self) -> str:
        """What the best constant is called, as `best_constant`."""
        header = self.run.header
        return best_constant(len(header.inputs), header.predicted_columns, self.picture.view)

    @cached_property
    def end(self) -> Caption:
        """The last one."""
        if self.constant == "mean" and self.sticks is not None and not self.must_end:
            caption = TableErrors(self.run, self.words).end(self.words)
            if caption is not None:
                return caption
        return end_caption(
            self.run, self.losses, self.sticks if self.tells_noise else None, self.format
        )

    @property
    def must_end(self) -> bool:
        """Whether the last sentence stands even where it is too short to be read."""
        return self.run.ending in ("delta", "diverged")
