"""Frames → MP4 and WebM through ffmpeg, and the one door to every format.

The settings for MP4 are the fastest that beat `-preset medium -crf 23` in likeness with a margin
while staying at about its size. Measured with ffmpeg 9.0.2 on two cores that others used as well,
best of three: cpu seconds, and size and distance (1 - SSIM in yuv420p, less is better) as multiples
of those of the yardstick, which is what plain ffmpeg makes of the RGBA frames. Frames of the demo:
300 of 640 x 480 | 120 of 640 x 480, another seed | 60 of 1920 x 1080.

    settings                           cpu  size  dist. |  cpu  size  dist. |  cpu  size  dist.
    medium 23 from RGBA: yardstick     0.97 1.000 1.000 | 0.44 1.000 1.000 | 1.23 1.000 1.000
    veryfast 20 animation              0.43 1.179 1.032 | 0.23 1.338 0.935 | 0.75 1.403 0.928
    faster 22.5 animation, and psy=0,
      subme=2, rc-lookahead=40         0.49 1.059 0.908 | 0.25 1.142 0.851 | 0.71 1.197 0.921
      + partitions=all                 0.50 1.020 0.890 | 0.25 1.100 0.839 | 0.67 1.174 0.902
      + qcomp=0.4                      0.50 1.067 0.729 | 0.25 1.091 0.728 | 0.69 1.136 0.781
      + mixed-refs, ref=6, crf 23      0.54 0.955 0.768 | 0.25 0.985 0.762 | 0.70 1.037 0.823
      + mixed-refs, ref=4, crf 23      0.48 1.003 0.776 | 0.24 1.019 0.778 | 0.95 1.065 0.835
      the same, subme=1, ref=6, 23.5   0.41 0.989 0.805 | 0.20 1.068 0.813 | 0.70 1.125 0.865

Without subpixel refinement between partitions (subme=1) a fifth of the time goes for a few bytes.
Whole films from yuv420p, best of two: 800 of 640 x 480, seed 0 | seed 5 | 400 of 1920 x 1080.

    medium 23: yardstick               2.34 1.000 1.000 | 2.38 1.000 1.000 | 6.88 1.000 1.000
    mixed-refs, ref=4, crf 23          1.65 0.997 0.663 | 1.62 1.001 0.681 | 5.25 1.010 0.651
    the same, subme=1, crf 23.5        1.35 1.058 0.659 | 1.32 1.073 0.730 | 4.06 1.073 0.728
    the same, subme=1, crf 24                           | 1.28 1.037 0.786 | 4.06 1.030 0.812

Ours, 23.75, lies between, so that size and likeness both keep a margin in films that
are shorter or larger.

Frames of fewer than 300,000 pixels leave less room: what the conversion to YUV costs, and every
changed block, is more of them. They take more care, and little time. Size and distance from RGBA
frames as plain ffmpeg converts them, of 800 frames, as multiples of the yardstick's:

                             320 x 240, seed 1 | 320 x 240, 7 | 480 x 360, 7 | 160 x 120, 1
    as above, crf 23.75            1.144 1.059 |  1.149 1.085 |  1.046 0.920 |  1.164 1.090
    subme=2, umh, crf 23           1.046 0.933 |  1.042 1.006 |  0.911 0.788 |  1.105 1.063
    the same, ref=6, crf 22.5      1.067 0.867 |  1.071 0.923 |  0.930 0.732 |  1.146 0.984

Four reference frames, not six, keep 1080p at level 4.0, which any player takes. The number of
threads is fixed because it may change the bytes.

WebM: 120 frames of 640 x 480 took 1.9 s for 174 kB with `-deadline good -cpu-used 5 -crf 32`, and
0.35 s for 270 kB with what stands below, at the same SSIM (0.9987).
"""

import math
import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from fitreel.model.errors import BadInput, CannotWrite
from fitreel.render.frame import Frame
from fitreel.render.geometry import Rectangle
from fitreel.render.metadata import containers
from fitreel.render.metadata.checksum import seal
from fitreel.render.metadata.provenance import Chapter, ffmetadata, provenance_text
from fitreel.render.output.destination import check_output as check_output
from fitreel.render.output.destination import format_of as format_of
from fitreel.render.output.destination import is_still as is_still
from fitreel.render.output.ffmpeg import PATIENCE, Encoder
from fitreel.render.output.writer import Output
from fitreel.render.output.yuv import I420Planes

_X264 = "psy=0:partitions=all:mixed-refs=1:rc-lookahead=40:qcomp=0.4"
_QUICK = ("23.75", f"{_X264}:subme=1:ref=4")
_CAREFUL = ("22.5", f"{_X264}:subme=2:ref=6:me=umh")
FEW_PIXELS = 300_000
"""Frames with fewer are coded with more care."""

_CODECS = {"mp4": "libx264", "webm": "libvpx-vp9"}

# How the planes were made: BT.601's matrix in limited range, of what a screen shows.
_COLOURS = (
    *("-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv", "-chroma_sample_location", "center"),
)


def codec_options(kind: str, size: tuple[int, int]) -> list[str]:
    """ffmpeg's options that choose the encoder of an "mp4" or a "webm", and set it up."""
    if kind == "webm":
        options = "-crf 28 -b:v 0 -deadline realtime -cpu-used 5 -row-mt 1 -g 240"
    else:
        crf, parameters = _CAREFUL if size[0] * size[1] < FEW_PIXELS else _QUICK
        options = (
            f"-preset faster -tune animation -crf {crf} -x264-params {parameters} "
            "-profile:v high -movflags +faststart"
        )
    return ["-c:v", _CODECS[kind], *options.split(), "-threads", "4"]


def takes_planes(output: str) -> bool:
    """Whether its film, unless it is transparent, can be written as planes of I420, too."""
    return format_of(output) in _CODECS


def open_writer(
    output: str | Path,
    size: tuple[int, int],
    fps: Fraction | int | float,
    provenance: dict[str, Any],
    *,
    chapters: Sequence[Chapter] = (),
    transparent: bool = False,
    check: Callable[[], None] | None = None,
    patience: float = PATIENCE,
) -> Output:
    """Begin the film, still or folder of frames `output`, in the format that its ending asks for.

    Args:
        output: a name that ends in .mp4, .gif, .webm or .png, or a folder.
        size: width and height in pixels; even for .mp4 and .webm.
        fps: frames a second.
        provenance: how the film was made, for its metadata; JSON.
        chapters: named stretches, for .mp4 and .webm.
        transparent: keep the frames' alpha, which .webm and PNG can.
        check: called at least every 0.2 s while ffmpeg is waited for; raises to stop.
        patience: seconds without a sign of life after which ffmpeg is given up.

    Raises:
        BadInput: an unknown ending, or something there that must not be replaced.
        CannotWrite: its folder is not there or can't be written.
        Unavailable: ffmpeg is missing or can't be started.
        ValueError: a size or frame rate that no film has.
    """
    rate = Fraction(fps).limit_denominator(100_000)
    if rate <= 0:
        raise ValueError(f"a film needs a frame rate above 0, not {fps}")
    comment = provenance_text(provenance)
    wanted = format_of(output)
    if transparent and wanted in ("mp4", "gif"):
        raise BadInput(f"{output}: film.transparent needs .webm, .png or a folder of frames")
    if wanted == "gif":
        # Imported when asked for: start-up counts.
        from fitreel.render.output.gif import Gif

        return Gif(output, size, rate, comment, check)
    if wanted in _CODECS:
        metadata = ffmetadata(comment, chapters)
        return Film(
            output,
            size,
            rate,
            wanted,
            metadata,
            transparent=transparent,
            check=check,
            patience=patience,
        )

    from fitreel.render.output.png import Folder, Still

    if wanted not in ("png", "frames"):
        raise BadInput(f"{output}: no film has this ending")
    return (Still if wanted == "png" else Folder)(output, size, comment, check)


class Film(Output):
    """An MP4 or a WebM, encoded by ffmpeg while frames come."""

    def __init__(
        self,
        output: str | Path,
        size: tuple[int, int],
        fps: Fraction,
        kind: str,
        metadata: bytes,
        *,
        transparent: bool = False,
        check: Callable[[], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """As every output; `kind` is "mp4" or "webm", `metadata` an ffmetadata file."""
        self._planes = None if transparent else I420Planes(size)
        super().__init__(output, size, check)
        if self._planes is not None:
            self._shapes = (*self._shapes, (size[1] * 3 // 2, size[0]))
        self._fps = fps
        self._kind = kind
        layout = "rgba" if transparent else "yuv420p"
        frames = f"-f rawvideo -pix_fmt {layout} -video_size {size[0]}x{size[1]}".split()
        colours = () if transparent else _COLOURS
        # Our planes have no alpha; ffmpeg's own conversion has the same matrix.
        alpha = ("-vf", "format=yuva420p", "-auto-alt-ref", "0") if transparent else ()
        try:
            with self._beginning(), tempfile.TemporaryFile() as told:
                told.write(metadata)
                told.seek(0)
                self._ffmpeg = Encoder(
                    [
                        *("-hide_banner", "-nostdin", "-v", "warning"),
                        *(*frames, "-framerate", str(fps), *colours, "-i", "pipe:0"),
                        *("-f", "ffmetadata", "-i", f"pipe:{told.fileno()}"),
                        *("-map", "0:v", "-map_metadata", "1", "-map_chapters", "1"),
                        *(*codec_options(kind, size), *alpha),
                        *("-fflags", "+bitexact", "-f", kind),
                    ],
                    self._temporary,
                    self.shown,
                    needs=_CODECS[kind],
                    inputs=[told],
                    check=check,
                    patience=patience,
                )
        except OSError as error:
            raise CannotWrite(f"cannot write a temporary file: {error.strerror}") from error

    def _write(self, frame: Frame, changed: Rectangle) -> None:
        if self._planes is None or frame.ndim == 2:
            self._ffmpeg.write(frame.reshape(-1).data)
        else:
            self._ffmpeg.write(self._planes.update(frame, changed))

    def _finish(self) -> None:
        self._ffmpeg.finish()
        try:
            with self._temporary.open("rb") as file:
                if not containers.length_of(file):
                    raise containers.Malformed("no file")
                self._check_frames(file)
        except containers.Malformed as error:
            raise CannotWrite(
                f"cannot write {self.shown}: ffmpeg ended well, yet made no whole film: {error}"
            ) from error
        seal(self._temporary, self._kind)

    def _check_frames(self, file: Any) -> None:
        """Count again what ffmpeg says it has written: a film cut short plays, too."""
        if self._kind == "mp4":
            there, seconds = containers.mp4_frames(file)
            wanted = self.frames / self._fps
            if not math.isclose(seconds, wanted, rel_tol=1e-3):
                raise containers.Malformed(f"{float(seconds):g} s instead of {float(wanted):g} s")
        else:
            there = containers.webm_frames(file)
        if there != self.frames:
            raise containers.Malformed(f"{there} frames instead of {self.frames}")

    def _abort(self) -> None:
        self._ffmpeg.kill()
