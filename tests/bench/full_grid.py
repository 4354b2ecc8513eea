"""A grid of 16 panels at 1920 x 1080 by full draws, into FFMpegWriter: OUT.mp4 FRAMES NPZ …"""

import sys

import imageio_ffmpeg
import matplotlib
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

matplotlib.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
out, frames, *sources = sys.argv[1:]
figure = Figure((19.2, 10.8), dpi=100)
FigureCanvasAgg(figure)
grid = figure.subplots(4, 4, sharex=True, sharey=True)
runs = [dict(np.load(source)) for source in sources]
writer = FFMpegWriter(fps=20)
with writer.saving(figure, out, dpi=100):
    for frame in range(int(frames)):
        for number, (axes, run) in enumerate(zip(grid.flat, runs, strict=True)):
            axes.cla()
            axes.scatter(run["x"], run["y"], s=8)
            axes.plot(run["x"], run["prediction"][frame], "r-", lw=3)
            axes.set_title(f"seed {number}")
            axes.text(0.3, -0.6, f"epoch={run['epoch'][frame]:d}", color="red")
            axes.text(0.3, -0.8, f"Loss={run['loss'][frame]:.4f}", color="red")
        writer.grab_frame()
