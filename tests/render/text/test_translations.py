"""The words of a film in its language: complete, fillable, and drawn with what is there."""

import math
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.program import ROOT

from fitreel.model.errors import BadInput
from fitreel.render.text.translations import keys, languages, translation_of

LANGUAGES = languages()
LATIN = [name for name in LANGUAGES if name not in ("zh", "ja")]


def names_in(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_the_languages_that_were_promised() -> None:
    assert LANGUAGES[0] == "en" and set(LANGUAGES) >= {"en", "zh", "de", "fr", "es", "ja"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_key_and_fills_in_the_same(language: str) -> None:
    words, english = translation_of(language), translation_of("en")
    assert list(words.entries) == keys()
    for key, text in words.entries.items():
        assert names_in(text) == names_in(english.entries[key]), key
        assert text == text.strip() or key == "thousands"
        assert "\n" not in text and text


@pytest.mark.parametrize("language", LATIN)
def test_latin_words_need_no_other_font_than_the_demos(language: str) -> None:
    from fitreel.render.text.fonts import OWN, fonts_for

    words = translation_of(language)
    texts = [text for key, text in words.entries.items()]
    texts += [
        words.integer(1234567),
        words.number(-math.inf),
        words.number(-1e-7),
        words.short(1e9),
    ]
    assert fonts_for(texts, weights=("normal", "bold"), own=(OWN,)).families == (OWN,)


def test_other_words_are_in_their_own_script() -> None:
    for language, script in [("zh", "CJK"), ("ja", "CJK|HIRAGANA|KATAKANA")]:
        import unicodedata

        for key, text in translation_of(language).entries.items():
            if key in ("decimal", "thousands", "infinity", "axis_x", "axis_y") or "_value" in key:
                continue
            text = re.sub(r"\{\w+\}", "", text)
            if not any(map(str.isalpha, text)):
                continue  # what only puts others together
            names = {unicodedata.name(sign).split()[0].split("-")[0] for sign in text}
            assert names & set(script.split("|")), key


def test_english_is_the_demos() -> None:
    words = translation_of()
    assert words.text("epoch_value", epoch=12) == "epoch=12"
    assert words.text("loss_value", loss=words.number(0.12345)) == "loss=0.1235"
    assert words.text("delta_reached", epoch=130) == "δ reached at epoch 130"
    assert words.text("diverged", epoch=7) == "diverged at epoch 7"


def test_labels_and_values() -> None:
    assert translation_of("zh").text("epoch_value", epoch=12) == "轮次 12"
    assert (
        translation_of("de").text("loss_value", loss=translation_of("de").number(0.5))
        == "Verlust 0,5000"
    )
    own = translation_of("zh", {"epoch": "回合"})
    assert own.text("epoch_value", epoch=12) == "回合 12"
    assert own.text("axis_epoch") == "轮次"


def test_numbers() -> None:
    en, de, fr = translation_of("en"), translation_of("de"), translation_of("fr")
    assert [en.integer(n) for n in (0, 3995, 10_000, -1234567)] == [
        "0", "3995", "10,000", "−1,234,567",
    ]  # fmt: skip
    assert de.integer(1234567) == "1.234.567" and fr.integer(10_000) == "10\u202f000"
    assert en.number(0.25) == "0.2500" and de.number(-0.25, 2) == "−0,25"
    assert en.number(12345.678) == "1.235·10⁴" and en.number(math.nan) == "nan"
    assert de.number(-math.inf) == "−∞" and en.number(math.inf) == "inf"
    assert [en.short(v) for v in (0.012909, 1.0, 999.9, 9999.0, 1e-5, -2.5e12, 0.0)] == [
        "0.0129", "1.00", "1000", "1.00·10⁴", "1.00·10⁻⁵", "−2.50·10¹²", "0",
    ]  # fmt: skip
    assert [en.power_of_ten(k) for k in (-7, -4, -1, 0, 1, 4, 12)] == [
        "10⁻⁷", "0.0001", "0.1", "1", "10", "10,000", "10¹²",
    ]  # fmt: skip
    assert de.respelled("-0.5") == "−0,5" and fr.respelled("1,000.5") == "1\u202f000,5"
    assert en.number(-0.0) == en.number(-1e-9) == "0.0000", "nothing has no sign"
    assert translation_of("en", {"decimal": "·", "thousands": ""}).number(0.5, 1) == "0·5"


@given(st.floats(-1e300, 1e300), st.integers(0, 8))
def test_any_number_is_still_that_number(value: float, digits: int) -> None:
    words = translation_of("de")

    def read(text: str) -> float:
        text = text.replace("−", "-").replace(".", "").replace(",", ".")
        front, _, power = text.partition("·10")
        plain = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return float(f"{front}e{plain or 0}")

    assert read(words.short(value)) == pytest.approx(value, rel=0.0051)
    if abs(value) < 9999:
        assert read(words.number(value, digits)) == pytest.approx(value, abs=0.51 * 10.0**-digits)


def test_an_own_table_goes_before() -> None:
    words = translation_of("en", {"epoch": "step", "chapter_start": "Here we go", "thousands": ""})
    assert words.text("epoch_value", epoch=12345) == "step=12345"
    assert words.text("chapter_start") == "Here we go" and words.text("loss") == "loss"


def test_keys_of_versions_before_may_stand_in_a_job() -> None:
    own = {
        "epoch_done": "x",
        "page": "p {page}",
        "legend_unit": "one",
        "legend_sum": "all",
        "panel_fit": "the fit",
    }
    assert translation_of("en", own).entries == translation_of("en").entries


def test_every_word_is_said_somewhere() -> None:
    folder = ROOT / "render"
    code = "".join(path.read_text("utf-8") for path in folder.glob("**/*.py"))
    families = ("said_", "panel_", "chapter_", "curve_", "caption_")  # their keys are put together
    # Jobs may set these, which nothing says any more.
    later = {"axis_x", "axis_y", "axis_loss", "clock_time"}
    formats = {"decimal", "thousands", "nan", "infinity"}
    for key in set(keys()) - later - formats:
        assert f'"{key}"' in code or key.startswith(families), key


def test_a_region_is_of_its_language() -> None:
    assert translation_of("de-AT").text("loss") == translation_of("de").text("loss") == "Verlust"
    assert translation_of("zh_CN").text("epoch") == "轮次"


def test_another_language_by_a_small_table() -> None:
    words = translation_of("it", {"epoch": "epoca", "loss": "Perdita", "decimal": ","})
    assert words.language == "it"
    assert words.text("loss_value", loss=words.number(0.5)) == "Perdita=0,5000"
    assert words.text("chapter_end") == "End"


@pytest.mark.parametrize(
    ("language", "own", "said"),
    [
        ("germ", {}, ["film.language", "'germ'", *LANGUAGES, "epoch, loss"]),
        ("EN-x", {"epcoh": "e"}, ["film.words", "epcoh", 'did you mean "epoch"']),
        ("it", {"epoch": "epoca"}, ["film.language", "at least: loss"]),
        ("en", {"epoch_value": "{label} {epoche}"}, ["film.words.epoch_value", "{epoche}",
                                                     'did you mean "epoch"']),
        ("en", {"epoch": "{epoch}"}, ["film.words.epoch", "allowed: none"]),
        ("en", {"clock_time": "{seconds:.2f}"}, ["film.words.clock_time", "more than a name"]),
        ("en", {"clock_time": "{seconds.real}"}, ["more than a name"]),
        ("en", {"clock_time": "{seconds!r}"}, ["more than a name"]),
        ("en", {"clock_time": "{}"}, ["more than a name"]),
        ("en", {"clock_time": "{seconds"}, ["film.words.clock_time"]),
        ("en", {"clock_time": "}"}, ["film.words.clock_time"]),
        ("en", {"epoch": ""}, ["film.words.epoch", "empty"]),
        ("en", {"epoch": "x" * 201}, ["film.words.epoch", "200"]),
        ("en", {"decimal": "x" * 21}, ["film.words.decimal"]),
        ("en", {"epoch": "a\nb"}, ["film.words.epoch", "one line"]),
    ],
)  # fmt: skip
def test_what_cannot_be_said(language: str, own: dict[str, str], said: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        translation_of(language, own)
    message = str(caught.value)
    assert message.count("\n") <= 1
    for word in said:
        assert word in message


@given(st.text(max_size=30))
def test_any_words_are_refused_or_filled_in(text: str) -> None:
    try:
        words = translation_of("en", {"clock_epoch": text})
    except BadInput:
        return
    assert isinstance(words.text("clock_epoch", epoch=5), str)
