import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fitreel.render.output.yuv import YuvConverter


def converted(frame: NDArray[np.uint8]) -> bytes:
    return bytes(YuvConverter((frame.shape[1], frame.shape[0])).update(frame))


def in_floats(frame: NDArray[np.uint8]) -> list[NDArray[np.float64]]:
    """Luma and chroma straight from the definition of BT.601 in limited range."""
    red, green, blue = (frame[..., channel] / 255.0 for channel in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    height, width = luma.shape
    chroma = [
        (128 + 224 * (colour - luma) / scale).reshape(height // 2, 2, width // 2, 2).mean((1, 3))
        for colour, scale in ((blue, 1.772), (red, 1.402))
    ]
    return [16 + 219 * luma, *chroma]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_mending_what_changed_equals_converting_the_whole_frame(
    rows: int, columns: int, seed: int, shares: list[float]
) -> None:
    rng = np.random.default_rng(seed)
    frame = rng.integers(0, 256, (2 * rows, 2 * columns, 4), np.uint8)
    planes = YuvConverter((2 * columns, 2 * rows))
    for share in shares:
        changed = rng.random(frame.shape[:2]) < share
        frame[changed] = rng.integers(0, 256, (int(changed.sum()), 4), np.uint8)
        assert bytes(planes.update(frame)) == converted(frame)


def test_an_area_and_single_pixels_that_change_are_converted_alike() -> None:
    """As a field does beside numbers, then the numbers alone, then the field anew."""
    rng = np.random.default_rng(2)
    frame = rng.integers(0, 256, (300, 400, 4), np.uint8)
    planes = YuvConverter((400, 300))
    planes.update(frame)
    first = frame.copy()
    field, number = np.s_[31:250, 17:222], np.s_[40:48, 300:340]
    for parts in ((field, number), (number,), (field,), (field, number)):
        for part in parts:
            frame[part] = rng.integers(0, 256, frame[part].shape, np.uint8)
        assert bytes(planes.update(frame, (17, 31, 340, 250))) == converted(frame)
    assert bytes(planes.update(first)) == converted(first)  # what was there before counts as new


def test_a_frame_in_many_pieces_is_converted_whole() -> None:
    frame = np.random.default_rng(1).integers(0, 256, (400, 600, 4), np.uint8)
    got = np.frombuffer(converted(frame), np.uint8).astype(float)
    wanted = np.concatenate([plane.ravel() for plane in in_floats(frame)])
    assert np.abs(got - wanted).max() < 0.52


@pytest.mark.parametrize(
    ("colour", "planes"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (81, 90, 240)),
        ((0, 0, 255), (41, 240, 110)),
    ],
)
def test_pure_colours(colour: tuple[int, int, int], planes: tuple[int, int, int]) -> None:
    frame = np.full((2, 2, 4), (*colour, 255), np.uint8)
    assert tuple(converted(frame)) == (planes[0],) * 4 + planes[1:]


@pytest.mark.parametrize("size", [(3, 2), (2, 3), (0, 2), (2, 0)])
def test_odd_sizes_are_a_bug(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even size"):
        YuvConverter(size)


def test_other_frames_are_a_bug() -> None:
    planes = YuvConverter((4, 2))
    for frame in (np.zeros((4, 2, 4), np.uint8), np.zeros((2, 4, 4), np.float32)):
        with pytest.raises(ValueError, match="expected a frame"):
            planes.update(frame)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="contiguous"):
        planes.update(np.zeros((2, 8, 4), np.uint8)[:, ::2])
