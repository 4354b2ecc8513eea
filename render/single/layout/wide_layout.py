"""A wide frame: the fit at the left, beside it a column of readouts and panels."""

from collections.abc import Sequence
from itertools import pairwise

from fitreel.render.geometry import Box
from fitreel.render.page.readouts import ReadoutsPlace
from fitreel.render.page.type_sizes import ASCENT, TOP
from fitreel.render.single.layout.themed_layout import (
    FOOT,
    KEY,
    KEY_FOOT,
    LEAST_ROWS,
    RIDER_GAP,
    UNDER,
    Contents,
    Frame,
    PanelPlace,
    ThemedLayout,
    check_height,
    refuse_panels,
)

COLUMN = 0.25
"""Of the frame's width."""
TWO_COLUMNS = 0.36
"""The same where panels stand in two columns."""
MOST_IN_COLUMN = 5
BESIDE = 34.0
"""From the curve's name to the column; lengths are those of 720 px."""
NAME_FOOT, READOUT_FOOT = 14.0, 30.0
"""From a readout's name to its number, and from there to what is below."""
BETWEEN_ROWS, BETWEEN_COLUMNS = 10.0, 18.0
HEAD = 1.26
"""A panel's head, in font sizes of labels; of it so much over the baseline: `HEAD_RISE`."""
HEAD_RISE = 0.74
NUMBERS = 2.87
"""Room for numbers left of panels under each other, in their font sizes."""
AXIS_NAME = 1.2
"""From the numbers under an axis to what these are, in font sizes."""
OVER_CAPTION = 27.0
HEADINGS_FOOT, TITLE_FOOT = 16.0, 33.0

KINDS = {"loss": "epoch", "metrics": "epoch", "weights": "layers", "gradients": "layers"}
"""What stands along a panel's x; of the others it is the fit's."""


def lay_out_wide(size: tuple[int, int], contents: Contents, subtitle: bool) -> ThemedLayout:
    """The places in a wide frame of `size` pixels; `subtitle`: whether one ends the headings.

    Raises:
        BadInput: there is no room for so many panels, or for the fit.
    """
    frame = Frame(size, contents)
    types, px = frame.types, frame.px
    count = len(contents.panels)
    captions, low = _foot(frame)
    readouts, top = _header(frame, subtitle)
    if contents.key:
        top += KEY * types.tick
    height = frame.height - top - low
    check_height(height, frame)
    right = frame.right
    share = TWO_COLUMNS if count > MOST_IN_COLUMN else COLUMN
    if count:
        right = frame.right - share * frame.width - px(BESIDE)
    beside = contents.rider + px(RIDER_GAP) if contents.rider else 0.0
    fit = Box(frame.left, low, right - beside - frame.left, height)
    panels: dict[str, PanelPlace] = {}
    if count:
        column = Box(frame.right - share * frame.width, low, share * frame.width, height)
        if readouts is None:
            names = column.top - ASCENT * types.label
            baseline = names - px(NAME_FOOT) - ASCENT * types.readout
            readouts = ReadoutsPlace(column.left, column.right, baseline, names)
            panels = _under_readouts(frame, column, baseline - px(READOUT_FOOT))
        else:
            panels = _rows(frame, column)
    assert readouts is not None
    in_row = subtitle and not contents.key
    key = frame.height - contents.headings if in_row else fit.top + px(KEY_FOOT)
    return ThemedLayout(
        types, frame.left, frame.right, fit, readouts, captions,
        captions - max(contents.captions - 1, 0) * 1.25 * types.caption, key, panels,
    )  # fmt: skip


def _foot(frame: Frame) -> tuple[float, float]:
    """The baseline of the first caption, and the lower edge of the fit's axes."""
    types, px, lines = frame.types, frame.px, frame.contents.captions
    last = px(FOOT) + 0.24 * types.caption
    if not lines:  # the remark has a row for itself
        last = px(FOOT) + 0.24 * types.tick
        return last, last + types.tick + px(UNDER) + frame.ticks
    first = last + (lines - 1) * 1.25 * types.caption
    return first, first + ASCENT * types.caption + px(OVER_CAPTION) + frame.ticks


def _header(frame: Frame, subtitle: bool) -> tuple[ReadoutsPlace | None, float]:
    """The readouts where they stand in the header, and from the upper edge to the fit's axes."""
    types, px, contents = frame.types, frame.px, frame.contents
    in_header = len(contents.panels) not in (1, 2)
    title = px(TOP + 9) + 0.78 * types.title
    if contents.headings:
        top = contents.headings + px(HEADINGS_FOOT if subtitle else TITLE_FOOT)
        readouts = ReadoutsPlace(frame.left, frame.right, frame.height - title, None, True)
    else:
        base = px(TOP + 8) + ASCENT * types.readout
        top = base + px(TITLE_FOOT - 2) if in_header else px(TOP + 12)
        readouts = ReadoutsPlace(frame.left, frame.right, frame.height - base, None)
    return (readouts if in_header else None), top


def _under_readouts(frame: Frame, column: Box, top: float) -> dict[str, PanelPlace]:
    """One panel or two in a column under readouts, whose last axes end with the fit's."""
    panels, types, px = frame.contents.panels, frame.types, frame.px
    feet = [frame.ticks + (AXIS_NAME * types.tick if name == "loss" else 0.0) for name in panels]
    # The readout is the name of a loss plot right under it.
    heads = [0.0 if name == "loss" and not number else HEAD * types.label
             for number, name in enumerate(panels)]  # fmt: skip
    # The last one's numbers stand in the row of the fit's; what they are called stands under them.
    last = feet[-1] - frame.ticks
    free = top - column.bottom - last - sum(heads) - sum(feet[:-1])
    height = (free - (len(panels) - 1) * px(BETWEEN_ROWS)) / len(panels)
    if height < LEAST_ROWS * types.tick:
        raise refuse_panels(frame, 1 if len(panels) > 1 else 0)
    left = NUMBERS * types.tick
    places = {}
    for name, head, foot in zip(panels, heads, feet, strict=True):
        top -= head
        box = Box(column.left, top - height, column.width, height)
        baseline = top + head - HEAD_RISE * types.label if head else None
        places[name] = PanelPlace(box, left, baseline)
        top -= height + foot + px(BETWEEN_ROWS)
    return places


def _rows(frame: Frame, area: Box) -> dict[str, PanelPlace]:
    """Panels under each other, as high as the fit; many of them in two columns."""
    panels, px = frame.contents.panels, frame.px
    if len(panels) <= MOST_IN_COLUMN:
        return _column(frame, area, panels)
    half = (len(panels) + 1) // 2
    width = (area.width - px(BETWEEN_COLUMNS)) / 2
    first = area._replace(width=width)
    second = first._replace(left=area.right - width)
    return _column(frame, first, panels[:half]) | _column(frame, second, panels[half:])


def _column(frame: Frame, column: Box, panels: Sequence[str]) -> dict[str, PanelPlace]:
    types, px = frame.types, frame.px
    head, foot = HEAD * types.label, frame.ticks
    # What two neighbours have in common along x is written once, under the lower one.
    ends = [KINDS.get(a) != KINDS.get(b) for a, b in pairwise(panels)] + [True]
    between = (len(panels) - 1) * px(BETWEEN_ROWS) + sum(ends[:-1]) * foot
    height = (column.height - len(panels) * head - between) / len(panels)
    if height < LEAST_ROWS * types.tick:
        each = head + px(BETWEEN_ROWS) + LEAST_ROWS * types.tick + foot
        fitting = int((column.height + px(BETWEEN_ROWS) + foot) // each)
        raise refuse_panels(frame, min(fitting, len(frame.contents.panels) - 1))
    top, places = column.top, {}
    for name, ends_here in zip(panels, ends, strict=True):
        top -= head
        box = Box(column.left, top - height, column.width, height)
        baseline = top + head - HEAD_RISE * types.label
        places[name] = PanelPlace(
            box, NUMBERS * types.tick, baseline, ends_here, KINDS.get(name) == "epoch"
        )
        top -= height + (foot if ends_here else 0.0) + px(BETWEEN_ROWS)
    return places
