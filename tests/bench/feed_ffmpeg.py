"""ffmpeg alone: finished RGBA frames through a pipe by a trivial loop.

feed_ffmpeg.py RAW WIDTH HEIGHT OUT.mp4 OPTION …
"""

import subprocess
import sys
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

raw, width, height, out, *options = sys.argv[1:]
ffmpeg = subprocess.Popen(
    [
        *(get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba"),
        *("-s", f"{width}x{height}", "-r", "20", "-i", "-", *options, "-pix_fmt", "yuv420p", out),
    ],
    stdin=subprocess.PIPE,
)
size = int(width) * int(height) * 4
with Path(raw).open("rb") as file:
    while frame := file.read(size):
        ffmpeg.stdin.write(frame)
ffmpeg.stdin.close()
sys.exit(ffmpeg.wait())
