"""What a film will say at its foot, as far as it is known before anything is trained."""

from collections.abc import Sequence

from fitreel.render.captions.phases.lower_bounds import written_factor
from fitreel.render.captions.run_captions import tells_phases
from fitreel.render.captions.shape_sentences import best_constant
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.single.page_facts import PageFacts
from fitreel.render.text.translations import Translation

FACTOR = 100
"""How many times lower a loss may be said to be."""


def likely_sentences(
    settings: PictureSettings, facts: PageFacts, words: Translation
) -> Sequence[str]:
    """The longest that a film may say: its own captions, or sentences by phase."""
    if not isinstance(settings.captions, str):
        return [text for _, text in settings.captions]
    if not tells_phases(settings):
        return []
    if facts.view in ("regions", "confusion"):
        return _of_classes(facts, words)
    columns = len(facts.classes) or len(facts.outputs)
    constant = best_constant(len(facts.inputs), columns, settings.view)
    if constant == "mean":
        keys = {"caption_end_error_was": {"error": "0.12", "best": "0.11", "epoch": "9999"}}
        said = [words.text(key, **values) for key, values in keys.items()]
    else:
        said = [words.text(f"caption_wait_{constant}")]
    phase = "bend_straight" if facts.view == "fit" else f"better_{constant}"
    factor = written_factor(FACTOR, words)
    return [*said, words.text(f"caption_{phase}_times", factor=factor)]


def _of_classes(facts: PageFacts, words: Translation) -> list[str]:
    many = "" if len(facts.classes) == 2 else "_many"
    guess = words.text("caption_class_start_guess")
    return [
        words.text("caption_untrained", shape=guess),
        *(words.text(f"caption_class_{key}{many}") for key in ("not_cut", "cut_hardly")),
        words.text("caption_class_end", wrong=facts.points, total=facts.points),
    ]
