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
