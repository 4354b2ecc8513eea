"""What stands over each picture of a page: its epoch, and how far the network is."""

from collections.abc import Sequence

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.captions.classes.class_story import ClassStory
from fitreel.render.captions.run_captions import shows_regions
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.shown_snapshots import has_losses
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation, translation_of


def snapshot_captions(
    run: Record, settings: PictureSettings, snapshots: Sequence[Snapshot]
) -> list[tuple[str, str]]:
    """The epoch of each, and its loss, if there is one; of classes how many points are wrong."""
    words = translation_of(settings.language, settings.words)
    if shows_regions(run, settings):
        story = ClassStory(run, words)
        return [(_epoch(words, each), _wrong(words, story, each)) for each in snapshots]
    is_demo = settings.theme == "demo"
    losses = LossFormat.of([snapshot.loss for snapshot in snapshots], words)
    label = words.text("loss" if is_demo else "axis_loss")
    label += f" ({words.text('scaled')})" if run.loss_is_scaled else ""
    captions = []
    for snapshot in snapshots:
        loss = losses.write(snapshot.loss)
        text = words.text("loss_value", label=label, loss=loss) if is_demo else f"{label} {loss}"
        epoch = _epoch(words, snapshot, "epoch_value" if is_demo else "clock_epoch")
        captions.append((epoch, text if has_losses(run) else ""))
    return captions


def _epoch(words: Translation, snapshot: Snapshot, key: str = "clock_epoch") -> str:
    return words.text(key, epoch=words.integer(snapshot.epoch))


def _wrong(words: Translation, story: ClassStory, snapshot: Snapshot) -> str:
    some = words.text("some_of", some=story.wrong_in(snapshot.prediction), all=story.sticks.total)
    return f"{words.text('wrong_points')} {some}"
