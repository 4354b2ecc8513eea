"""Every text that can be set is drawn in any script, or refused where no font has it."""

from pathlib import Path

import pytest
from support.program import Fitreel

TRAINING = "[train]\nepochs = 2\nsnapshot_every = 1\n"
LABELS = '[[compare.panel]]\nlabel = "{text}"\n[[compare.panel]]\nlabel = "b"\nseed = 2\n'
FILM = '[film]\ntheme = "light"\npanels = ["loss"]\n'
KEYS = {
    "title": FILM + 'title = "{text}"\n',
    "subtitle": FILM + 'title = "a"\nsubtitle = "{text}"\n',
    "caption": FILM + 'caption = "{text}"\n',
    "captions": FILM + 'captions = [[0, "{text}"]]\n',
    "x_label": FILM + 'x_label = "{text}"\n',
    "y_label": FILM + 'y_label = "{text}"\n',
    "words": FILM + 'words = {{ epoch = "{text}" }}\n',
    "label": '[film]\ntheme = "light"\n' + LABELS,
    "label, overlay": '[film]\ntheme = "light"\n[compare]\nlayout = "overlay"\n' + LABELS,
    "comparison's captions": FILM.replace('panels = ["loss"]\n', "")
    + 'captions = [[0, "{text}"]]\n'
    + LABELS.format(text="a"),
    "comparison's title": '[film]\ntheme = "light"\ntitle = "{text}"\n' + LABELS.format(text="a"),
}
TEXTS = {"Chinese": "学习率", "Japanese": "学習の速さ", "accents": "Größe é ñ ą"}
MATHEMATICS = r"$\\eta = 10^{-2}$"
QUICK = {"title", "captions", "label"}
CASES = [key if key in QUICK else pytest.param(key, marks=pytest.mark.long) for key in KEYS]
NOWHERE = "\U0001242b"
"""Of cuneiform's numbers."""


def still(fitreel: Fitreel, folder: Path, job: str, size: str = "[640, 480]") -> tuple[int, str]:
    (folder / "job.toml").write_text(TRAINING + job, "utf-8")
    done = fitreel("run", "job.toml", "-o", "still.png", "-q", "--force",
                   *(word for each in (f"film.size={size}", "film.duration=1", "film.fps=5")
                     for word in ("--set", each)))  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("key", CASES)
def test_a_text_is_drawn_or_refused(fitreel: Fitreel, tmp_path: Path, key: str) -> None:
    texts = " ".join(TEXTS.values())
    code, stderr = still(fitreel, tmp_path, KEYS[key].replace("{text}", texts).replace("{{", "{")
                         .replace("}}", "}"))  # fmt: skip
    if code == 69:
        pytest.skip("no font here for Chinese and Japanese")
    assert (code, stderr) == (0, "")


@pytest.mark.parametrize("key", CASES)
def test_mathematics_is_drawn(fitreel: Fitreel, tmp_path: Path, key: str) -> None:
    if key == "words":
        pytest.skip("of single words")
    text = KEYS[key].replace("{text}", MATHEMATICS)
    assert still(fitreel, tmp_path, text) == (0, "")


@pytest.mark.parametrize("key", CASES)
def test_what_no_font_has_is_refused_and_never_a_box(
    fitreel: Fitreel, tmp_path: Path, key: str
) -> None:
    text = KEYS[key].replace("{text}", f"a{NOWHERE}").replace("{{", "{").replace("}}", "}")
    code, stderr = still(fitreel, tmp_path, text)
    assert code in (65, 69) and "1242B" in stderr.upper()
    assert not (tmp_path / "still.png").exists()


@pytest.mark.long
@pytest.mark.parametrize("size", ["[640, 480]", "720p", "square", "vertical", "4k"])
def test_in_every_size(fitreel: Fitreel, tmp_path: Path, size: str) -> None:
    texts = f"{TEXTS['accents']} {MATHEMATICS}"
    for key in ("title", "label"):
        assert still(fitreel, tmp_path, KEYS[key].replace("{text}", texts), size) == (0, "")
