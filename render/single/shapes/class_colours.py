"""The colours of classes, which runs never wear."""

from fitreel.render.mpl.theme import Theme, luminance

FOUR = {
    "light": ("#0072b2", "#e8850c", "#3ba776", "#7b1e3c"),
    "dark": ("#56b4e9", "#ff9166", "#8ce8b8", "#b4557f"),
}
TEN = {
    "light": ("#0072b2", "#e8850c", "#3ba776", "#7b1e3c", "#8e6bd0", "#8c564b", "#4d7c0f",
              "#b91c1c", "#0e7490", "#6b7280"),
    "dark": ("#56b4e9", "#ff9166", "#8ce8b8", "#b4557f", "#a78bfa", "#c49c7a", "#a3d14f",
             "#f87171", "#67e8f9", "#b6bcc6"),
}  # fmt: skip


def class_colours(theme: Theme, count: int) -> list[str]:
    """One colour each of `count` classes; from the eleventh on they come again."""
    key = "light" if luminance(theme.background) > 0.4 else "dark"
    colours = (FOUR if count <= 4 else TEN)[key]
    return [colours[number % len(colours)] for number in range(count)]
