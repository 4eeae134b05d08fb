"""The medians as lines over the size of the package, as SVG."""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from table import Row, size_in_words

# Bright enough on black, dark enough on white; and which point has the name, on which side of it.
STYLES = (
    ("#d95f02", 1, (6, -12), "left"),
    ("#1f9e77", 0, (0, 10), "left"),
    ("#5b83d6", -1, (8, -4), "left"),
    ("#a568c4", -1, (8, -4), "left"),
    ("#8c8c00", 0, (0, 7), "left"),
)
GREY = "#808080"
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "publish",
    "font.family": "sans-serif",
    "font.size": 11,
    "figure.constrained_layout.w_pad": 0.2,
    "text.color": GREY,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def in_words(seconds: float, _: object = None) -> str:
    """Returns a time as it stands at the axis."""
    return f"{seconds * 1e3:g} ms" if seconds < 1 else f"{seconds:g} s"


def draw_lines(axes: Axes, rows: list[Row]) -> None:
    """Draws a line for each contender, with its name beside a point."""
    for label, (colour, named, offset, side) in zip(rows[0].seconds, STYLES, strict=True):
        points = [(row.size, median(row.seconds[label])) for row in rows if row.seconds[label]]
        sizes, times = zip(*points, strict=True)
        axes.plot(sizes, times, "o-", color=colour, linewidth=2, markersize=4)
        axes.annotate(label, points[named], offset, textcoords="offset points", ha=side, color=colour)


def draw_axes(axes: Axes, rows: list[Row]) -> None:
    """Makes both axes logarithmic, and labels the sizes that were measured."""
    axes.set(
        xscale="log", yscale="log", xlabel="size of the package", title="Publishing a version: time (median)"
    )
    axes.set_xticks([row.size for row in rows], [size_in_words(row.size) for row in rows])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(in_words))
    axes.grid(axis="y", color=GREY, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def plot(rows: list[Row], path: Path) -> None:
    """Writes the plot, without a background, so that it is read on white and on black."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(8, 4.4), layout="constrained")
        axes = figure.add_subplot()
        draw_lines(axes, rows)
        draw_axes(axes, rows)
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
