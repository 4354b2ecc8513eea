"""The private names of matplotlib that are used, what for, and what is done where one is gone.

A matplotlib of another version may call any of them otherwise. Each group is looked for, or tried
out, before it is relied on; without it the same bytes come more slowly. Whatever else of
matplotlib is used is public.
"""

OF_SETTINGS = ("_get", "_set")
"""Of `RcParams`: read and write past checks. Without: each setting is checked, a millisecond."""
OF_FONT_MANAGER = ("_findfont_cached",)
"""Of `FontManager`: what it has looked up, to be forgotten with another list of fonts. Without:
nothing is remembered."""
OF_ARTIST = ("_update_set_signature_and_docstring",)
"""Of `Artist`: left out while the program imports matplotlib. Without: 0.12 s more."""
OF_FIGURE = ("_align_label_groups",)
"""Of `Figure`: whether labels are aligned across axes. Without: every frame is drawn in full."""
OF_AXES = ("_left_title", "_right_title", "_twinned_axes", "_update_title_position")
"""Of `Axes`: what a full draw does before it paints. Without: every frame is drawn in full."""
OF_RENDERER = ("_draw_text_glyphs_and_boxes", "_prepare_font", "_renderer")
"""Of `RendererAgg`: where text goes on its way to Agg. Without: no text comes from the cache."""
OF_FONT = ("_layout", "_render_glyph", "_set_transform")
"""Of `FT2Font`: glyphs, their places and bitmaps. Without: no text comes from the cache."""
OF_TEXT = ("_renderer", "_stale", "_text")
"""Of `Text`: what changes from frame to frame, and nothing of its place. Without: each text is laid
out anew in every frame, 15 % of the processor's time."""
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
OF_AXIS = ("_update_ticks", "_get_ticklabel_bboxes", "draw")
"""Of `Axis`: what stands in for it while others' figures are drawn. Without: as ever."""
