"""Every character of a film has a glyph, or the film isn't drawn."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from fitreel.model.errors import BadInput, Unavailable
from fitreel.render.mpl.cached_text_renderer import CachedTextRenderer
from fitreel.render.mpl.setup import is_bundled, text_families
from fitreel.render.text import fonts, installed_fonts
from fitreel.render.text.characters import check_signs, language_of, package_for
from fitreel.render.text.fonts import OWN, Fonts, fonts_for
from fitreel.render.text.mathtext import check_mathtext

from matplotlib.backends.backend_agg import RendererAgg  # isort: skip  (after our defaults)
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font  # isort: skip

Font = Callable[..., Path]
OURS = text_families()

needs_shaping = pytest.mark.skipif(not fonts.shapes_text(), reason="an older matplotlib")


def built(family: str, signs: str, weight: str = "Regular") -> TTFont:
    """A font with a bar of its own height for each sign."""
    names = {sign: f"uni{ord(sign):04X}" for sign in signs}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(sign): name for sign, name in names.items()})
    glyphs = {}
    for number, name in enumerate([".notdef", *names.values()]):
        pen = TTGlyphPen(None)
        if name != "uni0020":
            height = 300 + 37 * (number % 17)
            pen.moveTo((100, 0))
            for corner in [(100, height), (800, height - 90), (800, 0)]:
                pen.lineTo(corner)
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (900, 100) for name in glyphs})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": weight})
    builder.setupOS2(sTypoAscender=800, usWeightClass=700 if weight == "Bold" else 400)
    builder.setupPost()
    return builder.font


@pytest.fixture
def font(tmp_path: Path) -> Font:
    """Make a font file: one family with its characters, or several as the faces of one file."""

    def make(*faces: tuple[str, str], name: str = "font.ttf", weight: str = "Regular") -> Path:
        path = tmp_path / name
        made = [built(family, signs, weight) for family, signs in faces]
        if len(made) == 1:
            made[0].save(path)
        else:
            collection = TTCollection()
            collection.fonts = made
            collection.save(path)
        return path

    return make


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """A machine that has nothing but matplotlib's fonts, and those put into this list."""
    installed: list[Path] = []
    before = list(fontManager.ttflist)
    monkeypatch.setattr(installed_fonts, "findSystemFonts", lambda: list(map(str, installed)))
    monkeypatch.setattr(installed_fonts, "_own_names", {})
    fontManager.ttflist[:] = [entry for entry in before if is_bundled(entry.fname)]
    installed_fonts.forget_lookups()
    yield installed
    fontManager.ttflist[:] = before
    installed_fonts.forget_lookups()


def test_what_our_own_fonts_have_is_drawn_with_them_alone() -> None:
    texts = ["epoch=12", "Loss=0,1234", "δ reached", "Verlust öäüß", "época ñ", "−1 × 10⁻³", ""]
    assert OURS == ("Roboto", "DejaVu Sans")
    for weights in (("normal",), ("regular", "medium", "bold")):
        assert fonts_for(texts, weights=weights) == Fonts(OURS, weights)
        assert fonts_for(texts, weights=weights, own=(OWN,)) == Fonts((OWN,), weights)


def test_without_a_font_it_says_what_is_missing_and_where_to_get_it() -> None:
    with pytest.raises(Unavailable) as caught:
        fonts_for(["学习 y", "エポック"], language="zh")
    message = str(caught.value)
    assert caught.value.exit_code == 69 and message.count("\n") <= 1
    assert '"学" U+5B66' in message and "U+30DD" in message and '"y"' not in message
    assert "fonts-noto-cjk" in message and "film.font" in message


def test_a_font_installed_later_is_found(font: Font, machine: list[Path]) -> None:
    machine.append(font(("Later", "学习")))
    found = fonts_for(["学习 y"])
    assert found.families == (*OURS, "Later")
    assert found.has("学") and found.has("y") and not found.has("次")
    with pytest.raises(Unavailable, match='has "次" U\\+6B21:'):
        fonts_for(["学习次"])


def test_a_font_that_went_is_not_taken(font: Font, machine: list[Path]) -> None:
    machine.append(font(("Gone", "学")))
    assert fonts_for(["学"]).families[-1] == "Gone"
    machine.pop().unlink()
    with pytest.raises(Unavailable, match="U\\+5B66"):
        fonts_for(["学"])


def test_the_reader_of_a_language_gets_its_font(font: Font, machine: list[Path]) -> None:
    both = [("Noto Sans CJK JP", "学習 の"), ("Noto Sans CJK SC", "学習 の")]
    machine.append(font(*both, name="both.ttc"))
    machine.append(font(("Another", "学習 の"), name="a.ttf"))
    assert fonts_for(["学習"], language="ja").families[-1] == "Noto Sans CJK JP"
    assert fonts_for(["学習"], language="zh").families[-1] == "Noto Sans CJK SC"
    assert fonts_for(["学習の"], language="en").families[-1] == "Noto Sans CJK JP"
    assert fonts_for(["学習"], language="en").families[-1] == "Noto Sans CJK SC"


def test_as_few_fonts_as_will_do(font: Font, machine: list[Path]) -> None:
    machine += [
        font(("Few", "학"), name="few.ttf"),
        font(("Many", "학습률"), name="many.ttf"),
        font(("Last Resort", "학습률점"), name="none.ttf"),
        font(("One More", "점"), name="more.ttf"),
    ]
    assert fonts_for(["학습률"]).families == (*OURS, "Many")
    assert fonts_for(["학습률점"]).families == (*OURS, "Many", "One More")


def test_both_weights_have_to_be_there(font: Font, machine: list[Path]) -> None:
    machine.append(font(("Thick", "学习"), name="regular.ttf"))
    machine.append(font(("Thick", "学"), name="bold.ttf", weight="Bold"))
    weights = ("normal", "bold")
    assert fonts_for(["学"], weights=weights).families[-1] == "Thick"
    assert fonts_for(["习"]).families[-1] == "Thick"
    with pytest.raises(Unavailable, match="习"):
        fonts_for(["习"], weights=weights)


def test_a_font_given_by_path_goes_first(font: Font) -> None:
    path = font(("Mine", "学习轮次 y"))
    found = fonts_for(["学习 yz"], font=str(path))
    assert len(found.families) == 3 and found.families[1:] == OURS
    assert found.families[0].startswith("Mine (") and str(path) in found.families[0]
    assert FontProperties(family=list(found.families)).get_family() == list(found.families)
    assert fonts_for(["学习 yz"], font=str(path)) == found
    with pytest.raises(Unavailable):
        fonts_for(["学习"])  # nobody else gets it


def test_of_a_collection_the_face_that_fits(font: Font) -> None:
    if not hasattr(get_font(findfont("DejaVu Sans")), "face_index"):
        pytest.skip("an older matplotlib")
    path = font(("Latin", "abc"), ("Noto Sans CJK JP", "学a"), ("Noto Sans CJK SC", "学a"),
                name="all.ttc")  # fmt: skip
    for language, face in [("zh", "CJK SC"), ("ja", "CJK JP")]:
        assert face in fonts_for(["学a"], str(path), language).families[0]
    assert "Latin" in fonts_for(["abc"], str(path), "en").families[0]


def test_a_font_given_by_name() -> None:
    assert fonts_for(["y"], font="dejavu serif").families == ("DejaVu Serif", *OURS)
    assert fonts_for(["y"], font="DejaVu Sans").families == ("DejaVu Sans", "Roboto")
    with pytest.raises(Unavailable, match='did you mean "DejaVu Serif"') as caught:
        fonts_for(["y"], font="Dejavu Srif")
    assert caught.value.exit_code == 69


def test_what_is_no_font_file(tmp_path: Path, font: Font) -> None:
    false = tmp_path / "false.ttf"
    false.write_text("not a font")
    cut = tmp_path / "cut.ttf"
    cut.write_bytes(font(("Mine", "学")).read_bytes()[:200])
    for path in (false, cut, tmp_path / "not there.otf", tmp_path):
        with pytest.raises(BadInput, match=r"film\.font"):
            fonts_for(["y"], font=str(path))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("bell \x07", "U+0007"),
        ("tab\tstop", "U+0009"),
        ("\ud800", "U+D800"),
        ("a\u2028b", "U+2028"),
        ("heart ❤\ufe0f", "U+FE0F"),
        ("葛\U000e0100", "U+E0100"),
        ("👩\u200d🔬", "U+200D"),
        ("👍🏽", "U+1F3FD"),
        ("🇩🇪", "U+1F1E9"),
        ("1\u20e3", "U+20E3"),
        ("\ue000", "U+E000"),
    ],
)
def test_what_no_font_can_draw_is_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        fonts_for(["fine", text])
    assert word in str(caught.value)


@needs_shaping
def test_scripts_that_join_and_reorder_are_drawn() -> None:
    for text in ["العربية 12", "שלום", "می\u200cخواهم"]:
        assert fonts_for([text]).families == OURS


def test_or_refused_where_matplotlib_cannot() -> None:
    for text in ["العربية", "שלום", "हिन्दी", "สวัสดี", "x\u0302"]:
        with pytest.raises(BadInput, match=r"matplotlib 3\.11"):
            check_signs(text, shapes=False)
    for text in ["学习 エポック 한국어", "Époque δ −1", "Эпоха εποχή"]:
        check_signs(text, shapes=False)


def test_packages() -> None:
    assert "fonts-noto-cjk" in package_for("学") and "noto-sans-cjk" in package_for("「")
    assert "google-noto-sans-devanagari-fonts" in package_for("हि")
    assert "fonts-symbola" in package_for("🦀") and "noto" not in package_for("🦀")
    assert language_of("学の", "en") == "ja" and language_of("학", "en") == "ko"
    assert language_of("x", "fr") == "fr" and language_of("学", "ja") == "ja"


def test_words_beside_mathematics_come_from_one_font(font: Font, machine: list[Path]) -> None:
    machine.append(font(("Later", "学习 以")))
    found = fonts_for(["学习 $y = x^3$", "以", "plain $x$"])
    assert found.families == (*OURS, "Later")
    assert found.families_of("学习 $y = x^3$") == ("Later", *OURS)
    assert found.families_of("学习 abc") == found.families_of("abc $x$") == found.families
    with pytest.raises(BadInput, match="around the mathematics"):
        fonts_for(["学习 abc $x$"])
    machine.append(font(("Whole", "学 abc"), name="whole.ttf"))
    both = fonts_for(["学习", "学 abc $x$"])
    assert both.families == (*OURS, "Later", "Whole")
    assert both.families_of("学 abc $x$")[0] == "Whole"


def test_mathematics_that_is_fine() -> None:
    for text in [
        "$y = x^3$", r"loss $\to 0$, $\delta = 10^{-3}$", r"cost \$5", "plain", "",
        r"$\frac{1}{2}\sum_i \sqrt{x_i}$" "\nsecond line $x$",
    ]:  # fmt: skip
        check_mathtext(text)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (r"a $\frac{1}$ b", "column 9: "),
        ("a $x^$ b", "column 6: "),
        (r"fine $x$, bad $\foo$", "column 16: "),
        ("a ${x$", "column 6: "),
        ("costs $5", "column 7: "),
        ("$x$ and $", "column 9: "),
        ("$$", "column 2: the mathematics $$ is empty"),
        ("fine\n$x", "line 2, column 1: "),
        ("$" + "{" * 3000 + "}" * 3000 + "$", "column 2: "),
        ("ab $x + 学$", "column 9: "),
        (r"$\mathrm{学}$", "column 10: "),
        ("שלום $x$", "column 1: "),
    ],
)
def test_mathematics_that_is_not(text: str, start: str) -> None:
    for _ in range(2):  # matplotlib says of a character that it lacks once, then never again
        with pytest.raises(BadInput) as caught:
            check_mathtext(text, "film.title")
        assert str(caught.value).startswith(f"film.title: {start}")
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_cached_text_is_exact_with_several_fonts(font: Font, angle: float) -> None:
    path = font(("Mine", "轮次エポック"))
    found = fonts_for(["轮次=12.5", "エポック δ ffi"], str(path))
    for families in (found.families, found.families[::-1]):
        properties = FontProperties(family=list(families), size=20)
        plain, cached = RendererAgg(300, 200, 100), CachedTextRenderer(300, 200, 100)
        for renderer in (plain, cached):
            for number, text in enumerate(
                ["轮次=12.5", "轮次=12.6", "エポック δ ffi", "1.2 轮"] * 2
            ):
                x, y = 60.3 + number / 7, 100.4 + 9 * number
                renderer.draw_text(renderer.new_gc(), x, y, text, properties, angle)
        assert bytes(plain.buffer_rgba()) == bytes(cached.buffer_rgba())
        assert len(set(bytes(plain.buffer_rgba()))) > 2
