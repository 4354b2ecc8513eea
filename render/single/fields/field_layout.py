"""Where field, readouts and panels stand, in a frame of any shape."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fitreel.model.errors import BadInput
from fitreel.render.geometry import Box
from fitreel.render.page.readouts import ReadoutsPlace
from fitreel.render.page.type_sizes import ASCENT
from fitreel.render.plots.fields.field_axes import UNDER, field_box
from fitreel.render.single.layout.themed_layout import LEAST_ROWS
from fitreel.render.single.layout.view_page import ViewPage

WIDEST = {"wide": 1.47, "classic": 1.07, "square": 1.47, "tall": 1.47, "cell": 1.47,
          "small": 4.0}  # fmt: skip
"""Width by height of the largest field whose scales are equal, and of one that is stretched."""
FIELD_WIDTH = {"wide": 0.56, "classic": 0.57}
"""Of the frame, at most."""
SQUARE_FIELD = (650 / 1080, 562 / 1080)
TALLEST = 514.0
"""Of a field in a tall frame; lengths are those of 720 px."""
BESIDE = {"wide": 84.0, "classic": 78.0, "square": 30.0}
"""From the field to the column right of it."""
PAIR, PAIR_APART, PAIR_BESIDE, PAIR_NAMES = 420.0, 24.0, 64.0, 38.0
"""Two equal fields: their size, what is between and beside them, and room for names above."""
BAR_GAP, BAR_WIDTH, BAR_UNDER, BAR_HEIGHT = 14.0, 0.02, 12.0, 12.0
"""A colour bar right of a field, its width in parts of the frame's; one under a field."""
APART, SLOT = 2.0, 6.9
"""From one readout to the next beside it, and its least width with that, in font sizes of names."""
NAME_FOOT, TALL_NAME_FOOT = 14.0, 24.0
"""From a readout's name to its number."""
LINE = 1.36
"""From a readout to the line under it, in font sizes of that."""
HEAD_GAP, HEAD_FOOT = 34.0, 14.0
"""Over a panel's head, and from its baseline to the panel."""
CROWD, CROWD_GAP = 3, 16.0
"""From so many panels on there is less over each head."""
AXIS_NAME = 1.2
ROOMY = 1.3
"""How much higher than the lowest plots a field leaves those under it."""
SQUARES = 136.0
"""The largest small field of a hidden unit."""
LOSS_SHARE = 0.26
"""Of a tall frame, at most."""
SMALL_RISE, SMALL_FOOT = 14.0, 0.4
"""In the smallest frames: over the readouts there is so much less, and under them so much in their
font sizes."""
LONG_NAME = 22.0
"""More over a field whose upright axis has a long name."""


@dataclass(frozen=True)
class BlockPlace:
    """Where a panel stands, and its head's baseline."""

    box: Box
    head: float
    has_ticks: bool = True
    """Whether numbers stand under it."""


@dataclass(frozen=True)
class FieldLayout:
    """Where all stands; pixels from the lower left corner."""

    fields: tuple[Box, ...]
    """The network's, and where there are two the target's."""
    bar: Box | None
    """Colours and their values: upright, or lying."""
    readouts: tuple[ReadoutsPlace, ...]
    """One each."""
    under_readouts: float
    """The baseline of the line under the last readout."""
    key: tuple[float, float]
    """Where a key begins, and its baseline."""
    blocks: dict[str, BlockPlace] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldContents:
    """What there is to place."""

    panels: tuple[str, ...]
    readouts: tuple[float, ...]
    """How wide each beside the field is, one or two."""
    lines_under: int = 0
    """Lines under the readouts."""
    key_lines: int = 0
    pair: bool = False
    """Whether there are two fields."""
    bar: float = 0.0
    """How wide the numbers beside a colour bar are; 0: there is no bar."""
    long_name: bool = False
    least_rows: float = LEAST_ROWS
    """A plot is at least so many font sizes of its numbers high."""


def lay_out_field(view: ViewPage, aspect: float, contents: FieldContents) -> FieldLayout:
    """The places of a field's parts.

    Args:
        view: the page, whose texts are measured.
        aspect: width by height of what is looked at, in the inputs' units.
        contents: what there is.

    Raises:
        BadInput: there is no room for so many panels, or for the field.
    """
    top = view.top - (view.px(LONG_NAME) if contents.long_name else 0.0)
    row = view.px(UNDER) + ASCENT * view.types.tick
    if contents.pair:
        return _pair(view, aspect, contents, top, view.bottom + row)
    if view.shape in ("wide", "classic"):
        return _beside(view, aspect, contents, top, view.bottom + row)
    if not view.has_readouts:
        low = view.bottom + row if view.has_numbers else view.left
        readouts: tuple[ReadoutsPlace, ...] = ()
        if view.shape == "small":  # names stand before their numbers, in one row
            # Without a title the row keeps clear of the frame's edge.
            highest = view.page.box.height - view.left - 0.1 * view.types.readout
            top = min(view.top + view.px(SMALL_RISE), highest)
            baseline = top - ASCENT * view.types.readout
            readouts = (ReadoutsPlace(view.left, view.right, baseline, None),)
            top = baseline - SMALL_FOOT * view.types.readout
        place = Box(view.left, low, view.right - view.left, top - low)
        box = field_box(place, aspect, WIDEST[view.shape])
        _check_small(view, box)
        return FieldLayout((box,), None, readouts, 0.0, (0.0, 0.0))
    return _stacked(view, aspect, contents, top, row)


def _bar_room(view: ViewPage, contents: FieldContents) -> float:
    if not contents.bar:
        return 0.0
    return view.px(BAR_GAP + 7) + BAR_WIDTH * view.page.box.width + contents.bar


def _bar(view: ViewPage, box: Box) -> Box:
    return Box(
        box.right + view.px(BAR_GAP), box.bottom, BAR_WIDTH * view.page.box.width, box.height
    )


def _beside(
    view: ViewPage, aspect: float, contents: FieldContents, top: float, low: float
) -> FieldLayout:
    """The field at the left, all else in a column right of it."""
    width = FIELD_WIDTH[view.shape] * view.page.box.width
    bar = _bar_room(view, contents)
    box = field_box(Box(view.left, low, width - bar, top - low), aspect, WIDEST[view.shape])
    _check(view, box)
    start = box.right + bar + view.px(BESIDE[view.shape])
    column = Box(start, box.bottom, view.right - start, box.height)
    is_row = view.shape == "wide"
    readouts, last = _readouts(view, contents, column, is_row)
    under = last - LINE * view.types.label * max(contents.lines_under, contents.key_lines and 1)
    key = (column.left, last - LINE * view.types.label)
    extra = max(contents.key_lines - max(contents.lines_under, 1), 0)
    lowest = under - extra * LINE * view.types.label
    foot = AXIS_NAME * view.types.tick
    area = Box(column.left, box.bottom + foot, column.width, lowest - box.bottom - foot)
    return FieldLayout(
        (box,), _bar(view, box) if contents.bar else None, readouts,
        last - LINE * view.types.label, key, _blocks(view, contents, area),
    )  # fmt: skip


def _readouts(
    view: ViewPage, contents: FieldContents, column: Box, is_row: bool
) -> tuple[tuple[ReadoutsPlace, ...], float]:
    """Names over numbers, beside each other or under each other; and the last baseline."""
    types, top, left, places = view.types, column.top, column.left, []
    baseline = top
    for number, width in enumerate(contents.readouts):
        if number and not is_row:
            top = baseline - view.px(28)
        names = top - ASCENT * types.label
        foot = view.px(TALL_NAME_FOOT if view.shape == "tall" else NAME_FOOT)
        baseline = names - foot - ASCENT * types.readout
        places.append(ReadoutsPlace(left, column.right, baseline, names))
        if is_row:
            left += max(width + APART * types.label, SLOT * types.label)
    return tuple(places), baseline


def _stacked(
    view: ViewPage, aspect: float, contents: FieldContents, top: float, row: float
) -> FieldLayout:
    """A square or a tall frame: panels under the field, over the full width."""
    width, height = view.page.box.width, view.page.box.height
    bar = _bar_room(view, contents)
    types = view.types
    if view.shape == "square":
        most = min(SQUARE_FIELD[1] * height, top - view.bottom - row - _needed(view, contents))
        place = Box(view.left, top - most, SQUARE_FIELD[0] * width - bar, most)
        box = field_box(place, aspect, WIDEST["square"])
        start = box.right + bar + view.px(BESIDE["square"])
        column = Box(start, box.bottom, view.right - start, box.height)
        readouts, last = _readouts(view, contents, column, False)
        under = last - LINE * types.label
        key = (column.left, under - contents.lines_under * LINE * types.label - view.px(8))
    else:
        row_of = Box(view.left, 0, view.right - view.left, view.top)
        readouts, last = _readouts(view, contents, row_of, True)
        under = last
        top = last - view.px(39) - (view.px(LONG_NAME) if contents.long_name else 0.0)
        free = top - view.bottom - row - _needed(view, contents)
        most = min(view.px(TALLEST), 0.44 * height, free)
        place = Box(view.left, top - most, view.right - view.left - bar, most)
        box = field_box(place, aspect, WIDEST["tall"])
        key = (view.left, box.bottom - row - 2.2 * types.label)
    _check(view, box)
    foot = view.px(8) + (ASCENT + AXIS_NAME + 0.3) * types.tick
    ceiling = box.bottom - row
    if contents.key_lines and view.shape == "tall":
        ceiling = key[1] - (contents.key_lines - 1) * LINE * types.label
    area = Box(view.left, view.bottom + foot, view.right - view.left, ceiling - view.bottom - foot)
    if view.shape == "tall" and len(contents.panels) == 1:
        spare = max(area.height - LOSS_SHARE * height, 0.0)
        area = area._replace(bottom=area.bottom + spare, height=area.height - spare)
    return FieldLayout(
        (box,), _bar(view, box) if contents.bar else None, readouts, under, key,
        _blocks(view, contents, area),
    )  # fmt: skip


def _needed(view: ViewPage, contents: FieldContents) -> float:
    """The height that panels under a field need, their numbers and heads with them."""
    types, count = view.types, len(contents.panels)
    each = view.px(HEAD_GAP + HEAD_FOOT + 8) + (ASCENT + AXIS_NAME + 0.3) * types.tick
    heads = ASCENT * types.label + each
    keys = contents.key_lines * LINE * types.label if view.shape == "tall" else 0.0
    return count * (heads + ROOMY * LEAST_ROWS * types.tick) + keys


def _pair(
    view: ViewPage, aspect: float, contents: FieldContents, top: float, low: float
) -> FieldLayout:
    """The network and the target side by side in a wide frame, panels right of them."""
    px = view.px
    top -= px(PAIR_NAMES)
    side = min(px(PAIR), 0.33 * view.page.box.width)
    box = field_box(Box(view.left, low, side, top - low), aspect, WIDEST["wide"])
    _check(view, box)
    other = box._replace(left=box.right + px(PAIR_APART))
    bar = Box(other.left, other.bottom - px(BAR_UNDER + BAR_HEIGHT), other.width, px(BAR_HEIGHT))
    start = other.right + px(PAIR_BESIDE)
    foot = AXIS_NAME * view.types.tick
    ceiling = top + ASCENT * view.types.label + px(HEAD_FOOT)
    area = Box(start, low + foot, view.right - start, ceiling - low - foot)
    readouts = ReadoutsPlace(view.left, view.right, view.title, None, True)
    names = top + px(PAIR_NAMES - 26)
    return FieldLayout(
        (box, other), bar, (readouts,), 0.0, (view.left, names), _blocks(view, contents, area)
    )


def _blocks(view: ViewPage, contents: FieldContents, area: Box) -> dict[str, BlockPlace]:
    """Panels under each other: small fields as large as they need, plots share the rest."""
    if not contents.panels:
        return {}
    types, px = view.types, view.px
    head = ASCENT * types.label + px(HEAD_FOOT)
    plots = [name for name in contents.panels if name not in ("units", "error")]
    fixed = {"units": px(SQUARES), "error": min(area.width, px(224))}
    least = contents.least_rows * types.tick
    count = len(contents.panels)
    is_crowd = count >= CROWD or area.height < count * (head + px(HEAD_GAP) + 1.2 * least)
    gap = px(CROWD_GAP if is_crowd else HEAD_GAP)
    # Of plots over epochs under each other the lowest has the numbers.
    ends = {
        name: not {name, following} <= {"loss", "metrics"}
        for name, following in zip(contents.panels, [*contents.panels[1:], ""], strict=True)
    }
    foot = px(8) + (ASCENT + AXIS_NAME) * types.tick
    taken = sum(fixed.get(name, 0.0) for name in contents.panels)
    taken += len(contents.panels) * (head + gap)
    taken += foot * (sum(ends[name] for name in plots) - (contents.panels[-1] in plots))
    if contents.pair:
        taken -= gap
    spare = area.height - taken - len(plots) * (1.2 if is_crowd else 1.6) * least
    if spare < 0 and len(plots) < len(contents.panels):  # small fields give way first
        count = len(contents.panels) - len(plots)
        fixed = {name: size + spare / count for name, size in fixed.items()}
        taken += spare
    height = (area.height - taken) / max(len(plots), 1)
    smallest = min((fixed[name] for name in contents.panels if name in fixed), default=height)
    if (plots and height < least) or smallest < least:
        many = len(contents.panels)
        raise BadInput(
            f"film.panels: there is no room for {many if many > 1 else 'one'} beside a field of "
            f"{view.page.box.width:.0f} x {view.page.box.height:.0f}; take fewer or a larger size"
        )
    top, places = area.top, {}
    for number, name in enumerate(contents.panels):
        top -= (0.0 if contents.pair and not number else gap) + head
        size = fixed.get(name, height)
        box = Box(area.left, top - size, area.width, size)
        places[name] = BlockPlace(box, top + px(HEAD_FOOT), ends[name])
        top -= size + (foot if name in plots and ends[name] else 0.0)
    return places


def _check_small(view: ViewPage, box: Box) -> None:
    if min(box.width, box.height) < 2 * LEAST_ROWS * view.types.tick:
        size = f"{view.page.box.width:.0f} x {view.page.box.height:.0f}"
        raise BadInput(f"film.size {size}: too small to be read; take a larger one")


def _check(view: ViewPage, box: Box) -> None:
    if min(box.width, box.height) < 3 * LEAST_ROWS * view.types.tick:
        size = f"{view.page.box.width:.0f} x {view.page.box.height:.0f}"
        raise BadInput(
            f"film.size {size}: too small for a field and what is beside it; take fewer panels or "
            "a larger size"
        )


def panels_of(asked: Sequence[str], *, has_error: bool, has_loss: bool) -> tuple[str, ...]:
    """The panels of a field: those asked for, or of the loss and the error what is known."""
    return tuple(asked) or (("error",) if has_error else ()) + (("loss",) if has_loss else ())
