"""ffmpeg's options for each encoder; docs/encoding.md says what was measured to choose them."""

from fitreel.render.output.formats import Format

_X264 = "psy=0:partitions=all:mixed-refs=1:rc-lookahead=40:qcomp=0.4"
_QUICK = ("23.75", f"{_X264}:subme=1:ref=4")
_CAREFUL = ("22.5", f"{_X264}:subme=2:ref=6:me=umh")
FEW_PIXELS = 300_000
"""Frames with fewer are coded with more care: it takes little time, and they need it more."""


def _libx264(size: tuple[int, int]) -> str:
    crf, parameters = _CAREFUL if size[0] * size[1] < FEW_PIXELS else _QUICK
    return (
        f"-preset faster -tune animation -crf {crf} -x264-params {parameters} "
        "-profile:v high -movflags +faststart"
    )


def _libvpx_vp9(_size: tuple[int, int]) -> str:
    return "-crf 28 -b:v 0 -deadline realtime -cpu-used 5 -row-mt 1 -g 240"


_OPTIONS = {"libx264": _libx264, "libvpx-vp9": _libvpx_vp9}


def codec_options(video: Format, size: tuple[int, int]) -> list[str]:
    """ffmpeg's options that choose the encoder of a format and set it up for `size` in pixels."""
    assert video.encoder is not None
    # The number of threads is fixed because it may change the bytes.
    return ["-c:v", video.encoder, *_OPTIONS[video.encoder](size).split(), "-threads", "4"]
