"""The figures of all rounds, as a table in Markdown."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """How long each contender took for one size, round by round; nothing where it refused."""

    size: int
    seconds: dict[str, list[float]] = field(default_factory=dict)


def size_in_words(size: int) -> str:
    """Returns a size in KB or MB, of 1,024 or 1,048,576 bytes."""
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"


def rounded(value: float) -> str:
    """Returns a figure with three digits, or all that stand before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def cell(times: list[float], ours: list[float]) -> str:
    """Returns the median time, and the ratio to ours with the least and the greatest of the rounds."""
    if not times:
        return "refused"
    took = f"{rounded(median(times) * 1e3)} ms"
    if times is ours:
        return took
    ratios = [time / our for time, our in zip(times, ours, strict=True)]
    return f"**{rounded(median(ratios))} ×** ({rounded(min(ratios))}–{rounded(max(ratios))}), {took}"


def table(rows: list[Row]) -> str:
    """Returns the table; the first contender is what the others are compared with."""
    labels = list(rows[0].seconds)
    lines = [["publish", *labels], ["---"] * (len(labels) + 1)]
    for row in rows:
        ours = row.seconds[labels[0]]
        lines.append([size_in_words(row.size), *(cell(row.seconds[label], ours) for label in labels)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
