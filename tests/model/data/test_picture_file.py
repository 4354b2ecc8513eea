"""A picture is learned as viewers show it, or refused with what is wrong."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from fitreel.model.data.picture_file import read_picture
from fitreel.model.errors import BadInput

ORIENTATION = 0x0112


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_picture_stands_as_its_exif_says(tmp_path: Path, name: str, orientation: int) -> None:
    colours = np.random.default_rng(0).integers(0, 255, (3, 5, 3), np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(colours).save(tmp_path / name, exif=exif)
    with Image.open(tmp_path / name) as lying:
        upright = np.asarray(ImageOps.exif_transpose(lying)) / 255
    x, y, size = read_picture(tmp_path / name)
    assert size == upright.shape[:2] and len(x) == len(y) == 15
    np.testing.assert_array_equal(y.reshape(upright.shape), upright)


def test_a_picture_that_no_memory_holds_is_refused_by_its_size(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b""))
    with pytest.raises(BadInput, match="far too large; at most 512 x 512"):
        read_picture(tmp_path / "p.png")
