"""The private names of matplotlib that drawing somebody's figure takes, and what is done without.

Each group is looked for, or a trial finds out, before it is relied on; without it the same bytes
come more slowly. Those that our own pictures take are in `render/mpl/private_names.py`.
"""

OF_CANVAS = ("renderer", "_lastKey", "_is_saving")
"""Of `FigureCanvasAgg`: its renderer, for which size and resolution that is, and whether it saves.
Without: layouts measure with a renderer of the canvas's own, and animated artists aren't drawn."""
OF_LAYOUT = (
    "_features", "_fontproperties", "_horizontalalignment", "_language", "_linespacing",
    "_multialignment", "_parse_math", "_rotation", "_rotation_mode", "_text",
    "_transform_rotates_text", "_usetex", "_verticalalignment", "_wrap",
)  # fmt: skip
"""Of `Text`: all that decides how it is laid out. Without, or where there is more than these and
the next: texts of others' figures are laid out anew in every frame, 14 of 23 ms."""
BESIDE_LAYOUT = ("_antialiased", "_bbox_patch", "_color", "_renderer", "_x", "_y")
"""Of `Text`: what else it holds."""
EFFECTS = (
    "_agg_filter", "_bbox_patch", "_features", "_language", "_markevery", "_path_effects",
    "_rasterized", "_sketch", "_sticky_edges", "_transform_rotates_text", "_usetex", "_wrap",
)  # fmt: skip
"""Of a tick's artists: what none has that matplotlib makes. Who has any is drawn by itself."""
LINKS = ("_axes", "_clippath", "_parent_figure", "_remove_method", "_transform", "clipbox",
         "stale_callback")  # fmt: skip
"""Of any artist: what it has in common with others. Without: each tick is drawn by itself."""
RECOMPUTED = (
    "_callbacks", "_invalidx", "_invalidy", "_path", "_stale", "_subslice", "_transformed_path",
    "_x", "_x_filled", "_xy", "_y", "ind_offset",
)  # fmt: skip
"""Of `Line2D`: what follows from its data, and decides nothing."""
IN_TICKS = ("_dash_pattern", "_unscaled_dash_pattern", "_xorig", "_yorig")
"""Of `Line2D`: lists that nobody changes where they are."""
STOOD_IN = ("_update_ticks", "_get_ticklabel_bboxes", "_get_tick", "draw")
"""Of `Axis`: the methods that others stand in for while somebody's figure is drawn."""
OF_AXIS = (
    "_get_ticklabel_bboxes", "_major_tick_kw", "_minor_tick_kw", "_tick_group_visible",
    "_update_label_position", "_update_offset_text_position", "_update_ticks",
)  # fmt: skip
"""Of `Axis`: what it does to draw itself. Without, as a trial finds out: it does it."""
IN_TICK = ("_get_text1_transform", "_get_text2_transform")
"""Of `Tick`: where its labels are, once it is made. Without, as a trial finds out: it is made."""
IN_DRAWING = ("_get_layout", "_preprocess_math", "_set_gc_clip")
"""Of `Text`: what it does to draw itself. Without, as a trial finds out: it does it."""
