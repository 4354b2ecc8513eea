import json
import os
import random
import shutil
import struct
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fitreel.model.errors import BadInput
from fitreel.render.metadata.checksum import check_whole
from fitreel.render.metadata.provenance import Chapter, read_provenance
from fitreel.render.output.ffmpeg import ffmpeg_path
from fitreel.render.output.open_writer import open_writer
from fitreel.render.output.output import Output

NAMES = ["film.mp4", "film.webm", "film.gif", "still.png", "frames/"]
FILES = NAMES[:4]

AWKWARD: dict[str, Any] = {
    "job": {"name": 'a=b; #c \\ "d" \n\t\r e\\\n=', "formula": "x**3"},
    "people": "学习 é \U0001f600 \x00 \u2028",
    "numbers": [1, 0.1, -1e300, None, True],
}

Films = dict[str, Path]


def make(path: str, provenance: dict[str, Any], frames: int = 4, **options: Any) -> Path:
    frame = np.full((48, 64, 4), 255, np.uint8)
    with open_writer(Output(path, provenance=provenance), (64, 48), 20, **options) as output:
        for number in range(frames):
            frame[10:20, 4 * number : 4 * number + 12, 1:3] = 0
            output.write(frame)
    return Path(path)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    folder = tmp_path_factory.mktemp("films")
    return {name: make(f"{folder}/{name}", AWKWARD) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_an_imprint_comes_back(films: Films, name: str) -> None:
    assert read_provenance(films[name]) == AWKWARD
    check_whole(films[name])


def test_every_frame_of_a_folder_carries_it(films: Films) -> None:
    assert read_provenance(films["frames/"] / "00003.png") == AWKWARD


@settings(max_examples=8, deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), max_size=5))
def test_any_imprint_comes_back_through_ffmpeg(
    tmp_path_factory: pytest.TempPathFactory, provenance: dict[str, Any]
) -> None:
    assert (
        read_provenance(make(f"{tmp_path_factory.mktemp('x')}/f.mp4", provenance, 1)) == provenance
    )


@pytest.mark.parametrize("name", FILES)
def test_a_long_imprint(tmp_path: Path, name: str) -> None:
    provenance = {"long": "=;#\\" * 200_000}
    assert read_provenance(make(f"{tmp_path}/{name}", provenance)) == provenance


def test_an_imprint_longer_than_what_is_read_back_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="4 million"):
        make(f"{tmp_path}/film.mp4", {"long": "x" * 5_000_000})
    assert not list(tmp_path.iterdir())


def test_other_tools_find_it(films: Films) -> None:
    with Image.open(films["film.gif"]) as image:
        assert json.loads(image.info["comment"]) == {"fitreel": AWKWARD}
    with Image.open(films["still.png"]) as image:
        assert json.loads(image.info["comment"]) == {"fitreel": AWKWARD}
    for name in ("film.mp4", "film.webm"):
        told = ffmpeg("-i", str(films[name]), "-f", "ffmetadata", "-").stdout.decode()
        assert "comment={" in told.lower()


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_chapters(tmp_path: Path, name: str) -> None:
    chapters = [Chapter(0, 0.05, "fit; one=two"), Chapter(0.05, 0.2, "学习")]
    film = make(f"{tmp_path}/{name}", AWKWARD, chapters=chapters)
    assert read_provenance(film) == AWKWARD
    told = ffmpeg("-i", str(film), "-f", "ffmetadata", "-").stdout.decode()
    assert told.count("[CHAPTER]") == 2
    assert "title=fit\\; one\\=two" in told
    assert "title=学习" in told


@pytest.mark.parametrize("name", FILES)
def test_flips_and_truncations_are_found(films: Films, tmp_path: Path, name: str) -> None:
    whole = films[name].read_bytes()
    rng = random.Random(5)
    damaged = tmp_path / name
    for _ in range(100):
        flipped = bytearray(whole)
        flipped[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        for content in (bytes(flipped), whole[: rng.randrange(len(whole))]):
            damaged.write_bytes(content)
            with pytest.raises(BadInput, match=name):
                check_whole(damaged)


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_without_the_seal_some_damage_would_pass(films: Films, tmp_path: Path, name: str) -> None:
    whole = films[name].read_bytes()
    rng = random.Random(5)
    damaged = tmp_path / name
    silent = 0
    for _ in range(20):
        flipped = bytearray(whole)
        flipped[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        damaged.write_bytes(flipped)
        decoded = ffmpeg("-v", "error", "-i", str(damaged), "-f", "null", "-")
        silent += decoded.returncode == 0 and not decoded.stderr
    assert silent


def test_a_folder_that_is_not_whole(films: Films, tmp_path: Path) -> None:
    def damaged(name: str) -> Path:
        return Path(shutil.copytree(films["frames/"], tmp_path / name))

    check_whole(damaged("copy"))
    missing_last = damaged("last")
    (missing_last / "00003.png").unlink()
    missing = damaged("middle")
    (missing / "00001.png").unlink()
    missing_first = damaged("first")
    (missing_first / "00000.png").unlink()
    swapped = damaged("swapped")
    shutil.copy(swapped / "00002.png", swapped / "00001.png")
    flipped = damaged("flipped")
    content = bytearray((flipped / "00002.png").read_bytes())
    content[len(content) // 2] ^= 1
    (flipped / "00002.png").write_bytes(content)
    more = damaged("more")
    (more / "notes.txt").write_text("mine")
    for folder in (missing_last, missing, missing_first, swapped, flipped, more):
        with pytest.raises(BadInput, match=folder.name):
            check_whole(folder)


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.gif"])
def test_the_seal_is_silent_in_ffmpeg(films: Films, name: str) -> None:
    decoded = ffmpeg("-v", "warning", "-i", str(films[name]), "-f", "framecrc", "-an", "-dn", "-")
    assert decoded.stderr == b""
    lines = decoded.stdout.splitlines()
    assert sum(line[:1] not in (b"#", b"") for line in lines) == 4


def nested(comment: bytes) -> bytes:
    """An MP4 of nothing but a comment."""
    box = struct.pack(">I4sII", 16 + len(comment), b"data", 1, 0) + comment
    for kind in (b"\xa9cmt", b"ilst"):
        box = struct.pack(">I4s", 8 + len(box), kind) + box
    box = struct.pack(">I4sI", 12 + len(box), b"meta", 0) + box
    for kind in (b"udta", b"moov"):
        box = struct.pack(">I4s", 8 + len(box), kind) + box
    return struct.pack(">I4s", 8, b"ftyp") + box


def test_the_hostile_mp4_is_one_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(nested(b'{"fitreel":{"a":1}}'))
    assert read_provenance(tmp_path / "film.mp4") == {"a": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"GIF89a" + b"\0" * 7 + b"\x21" * 50,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 20,
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IHDR\0\0\0\0" * 300_000,
        b"\x1a\x45\xdf\xa3" + b"\xff" * 50,
        b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01" + b"\0" * 7,
        b"\0\0\0\x08ftyp" * 300_000,
        b"\0\0\0\x08ftyp" + b"\0\0\0\x01moov" + b"\xff" * 8,
        b"\0\0\0\x08ftyp" + b"\0\0\0\0moov",
        nested(b'{"fitreel":' + b"[" * 200_000),
        nested(b'{"fitreel":{"a":' + b"9" * 100_000 + b"}}"),
        nested(b'{"fitreel":[]}'),
        nested(b'{"fitreel":{}} and more'),
        nested(b"a holiday"),
        nested(b'{"fitreel":{"a":"' + b"x" * (5 << 20) + b'"}}'),
        nested(b"\xff\xfe"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(content)
    with pytest.raises(BadInput, match=r"film\.mp4 is not a (whole )?film made by fitreel"):
        read_provenance(film)
    with pytest.raises(BadInput, match=r"film\.mp4"):
        check_whole(film)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_damage_reads_as_an_imprint_or_bad_input(
    films: Films, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(films[data.draw(st.sampled_from(FILES))].read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    film = tmp_path_factory.getbasetemp() / "hostile"
    film.write_bytes(content)
    with suppress(BadInput):
        assert isinstance(read_provenance(film), dict)


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (b"", b"\0\0\0\x08ftyp"),
        (b"\x89PNG\r\n\x1a\n", b"\0" * 12),
        (b"GIF89a" + b"\0" * 7, b"!!\0"),
    ],
)
def test_a_walk_through_a_hostile_file_ends(tmp_path: Path, head: bytes, part: bytes) -> None:
    (tmp_path / "film").write_bytes(head + part * 250_000)
    with pytest.raises(BadInput, match="too many parts"):
        read_provenance(tmp_path / "film")


def test_what_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such film"):
        read_provenance(tmp_path / "missing.mp4")
    with pytest.raises(BadInput, match="not a film made by fitreel"):
        read_provenance(tmp_path)
    os.mkfifo(tmp_path / "pipe.mp4")
    for call in (read_provenance, check_whole):
        with pytest.raises(BadInput, match="not a film made by fitreel"):
            call(tmp_path / "pipe.mp4")
    Image.new("RGB", (4, 4)).save(tmp_path / "other.png")
    with pytest.raises(BadInput, match="not a film made by fitreel"):
        read_provenance(tmp_path / "other.png")


def ffmpeg(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [ffmpeg_path(), "-nostdin", *arguments], capture_output=True, timeout=30, check=False
    )
