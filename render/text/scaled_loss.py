"""What is said of a loss whose values are scaled for the network. No matplotlib."""

from fitreel.model.record.reader import Record
from fitreel.render.text.numbers import UNSCALED, write_number
from fitreel.render.text.translations import Translation

DEMO_LABEL = "Loss"
"""What the demo's picture calls it; elsewhere it is a word as it stands in a sentence."""


def loss_label(run: Record, words: Translation) -> str:
    """What the loss is called."""
    label = words.text("loss")
    return f"{label} ({words.text('scaled')})" if run.loss_is_scaled else label


def unscaled_loss(run: Record, loss: float, words: Translation) -> str:
    """The same loss in the data's own units; "" where nothing is scaled, or none is known."""
    factor = run.own_loss_factor
    if not run.loss_is_scaled or factor is None:
        return ""
    return words.text("unscaled", loss=words.respelled(write_number(loss * factor, UNSCALED)))


def beneath_loss(run: Record, loss: float, words: Translation) -> str:
    """What stands beneath a scaled loss."""
    return " · ".join(filter(None, (words.text("scaled"), unscaled_loss(run, loss, words))))
