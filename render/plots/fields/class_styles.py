"""Colours and markers of classes: from five on with shapes, for who doesn't see all colours."""

from fitreel.render.mpl.theme import Theme

FEW = 4
"""Up to so many classes have dots, all of them."""
MARKERS = ("o", "o", "o", "o", "s", "^", "D", "v", "P", "X")
IN_GREY = ("o", "s", "^", "D", "v", "P", "X")
FURTHER = ("s", "^", "D", "v", "P", "X", "o")
"""Of the eleventh class and those after it: the next round has the next shape."""


def class_styles(theme: Theme, count: int) -> list[tuple[str, str]]:
    """Of each class its colour and its marker."""
    colours = theme.classes
    styles = []
    for number in range(count):
        turn, place = divmod(number, len(colours))
        marker = MARKERS[place % len(MARKERS)]
        if theme.dashes_first:  # nothing is told apart by its colour alone
            marker = IN_GREY[number % len(IN_GREY)]
        elif count <= FEW:
            marker = "o"
        elif turn:
            marker = FURTHER[(FURTHER.index(marker) + turn) % len(FURTHER)]
        styles.append((colours[place], marker))
    return styles
