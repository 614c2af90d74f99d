"""A chart as inline SVG, a pure function of its values.

Colours come from the page's custom properties; hatching, dashes and markers tell the series apart without them.
"""

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from typing import NamedTuple

from svcdesk import messages
from svcdesk.render.document import Chart
from svcdesk.render.tables import disarm, width

_WIDTH, _PLOT = 760, 240  # of a chart and, in one with categories along the bottom, of the height of its plot
_FONT, _CELL = 12, 7.4  # the font's size, and how wide one cell of it stands
_SMALL = 10
_LONGEST_LABEL = 26  # cells of a category's label
COLOURS = ("#1f4e79", "#e08a3c", "#4d8a2f", "#9cc3e6", "#7f3f98", "#d9b310", "#555555", "#b0b0b0")
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2", "1 4")


class _Frame(NamedTuple):
    """Where the plot stands, and the scale of its values."""

    left: float
    top: float
    wide: float
    high: float
    low: float
    most: float
    ticks: Sequence[float]

    def share(self, value: float) -> float:
        """Return a value's place on the scale, from 0 to 1."""
        return (value - self.low) / (self.most - self.low)


def svg(chart: Chart) -> str:
    """Draw a chart as an SVG element with a title and a description for those who cannot see it."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", chart.key)
    legend, top = _legend(chart, name)
    if not chart.categories or not any(value is not None for series in chart.series for value in series.values):
        high = top + 60.0
        body = _text(_WIDTH / 2, top + 30, messages.say("page.no_data"), "middle")
    elif chart.shape == "bars":
        body, high = _bars(chart, name, top)
    else:
        body, high = _upright(chart, name, top)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {chart.shape}" role="img"'
        f' viewBox="0 0 {_WIDTH} {_n(high)}" aria-labelledby="{name}-title {name}-desc" font-size="{_FONT}">'
        f'<title id="{name}-title">{_safe(chart.title)}</title><desc id="{name}-desc">{_safe(_told(chart))}</desc>'
        f"<defs>{''.join(_pattern(place, name) for place in range(len(chart.series)))}</defs>{legend}{body}</svg>"
    )


def _told(chart: Chart) -> str:
    """Tell what a chart shows in words: each series with its least and greatest value."""
    parts = []
    for series in chart.series:
        values = [value for value in series.values if value is not None]
        if values:
            parts.append(
                messages.say(
                    "page.range", name=series.name, least=_value(min(values), chart), most=_value(max(values), chart)
                )
            )
    return messages.say("labels.evidence_joint").join(parts) or messages.say("page.no_data")


def _safe(text: str) -> str:
    return escape(disarm(text))


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _value(value: float, chart: Chart) -> str:
    """Write a value as a label: without decimals that say nothing at its size."""
    if chart.is_rate:
        return f"{value:.1%}".replace(".0%", "%")
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, anchor: str = "start", small: bool = False, turn: float = 0) -> str:
    size = f' font-size="{_SMALL}" class="v"' if small else ' class="t"'
    turned = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{size}{turned}>{_safe(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{kind}"/>'


def _colour(place: int) -> str:
    at = place % len(COLOURS)
    return f"var(--s{at + 1}, {COLOURS[at]})"


def _pattern(place: int, name: str) -> str:
    """Define how a series is filled: plain, hatched one way or the other, dotted, by its place."""
    lines = ("", "M0 8L8 0", "M0 0L8 8", "M0 4H8", "M4 0V8", "M0 4H8M4 0V8", "M0 8L8 0M0 0L8 8", "M3 4H5")[place % 8]
    return (
        f'<pattern id="{name}-p{place}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{_colour(place)}"/>'
        f'<path d="{lines or "M0 0"}" stroke="var(--hatch, #fff)" stroke-width="1.4" fill="none"/></pattern>'
    )


def _fill(place: int, name: str) -> str:
    return f'fill="url(#{name}-p{place})" stroke="{_colour(place)}"'


def _cut(text: str, cells: int) -> str:
    """Cut a text to a width in cells; the whole stands in the element's title and in the table."""
    if width(text) <= cells:
        return text
    kept = ""
    for c in text:
        if width(kept + c) > cells - 1:
            break
        kept += c
    return f"{kept}…"


def _legend(chart: Chart, name: str) -> tuple[str, float]:
    """Draw the series' names, on as many lines as they need, and give the height they take."""
    drawn, x, y = [], 0.0, 0.0
    if len(chart.series) > 1:
        y = 14.0
        for place, series in enumerate(chart.series):
            text = _cut(series.name, int(_WIDTH / _CELL) - 6)
            need = 26 + width(text) * _CELL + 18
            if x and x + need > _WIDTH:
                x, y = 0.0, y + 19
            if chart.shape == "line":
                drawn.append(_stroke([(x + 1, y - 4), (x + 19, y - 4)], place) + _marker(x + 10, y - 4, place))
            else:
                drawn.append(f'<rect x="{_n(x + 2)}" y="{_n(y - 10)}" width="16" height="11" {_fill(place, name)}/>')
            drawn.append(_text(x + 24, y, text))
            x += need
        y += 6
    if chart.unit:
        y += 14
        drawn.append(_text(0, y - 2, messages.say("page.unit", unit=chart.unit), small=True))
    return "".join(drawn), y + 6


_LEAST = 1e-6  # less than what any figure of ours is written with


def _ticks(chart: Chart) -> list[float]:
    """Return round values for the axis: from 0 to 1 for rates, else from 0, or below it, to beyond the greatest."""
    if chart.is_rate:
        return [0, 0.2, 0.4, 0.6, 0.8, 1]
    values = [value for series in chart.series for value in series.values if value is not None]
    if chart.shape == "stacked":
        columns = [[s.values[n] or 0 for s in chart.series] for n in range(len(chart.categories))]
        values = [sum(v for v in column if v * sign > 0) for column in columns for sign in (1, -1)]
    low, most = min(0.0, *values), max(0.0, *values)
    if most - low < _LEAST:
        return [0, 1]
    rough = (most - low) / 6
    size = 10 ** floor(log10(rough))
    step = next(size * by for by in (1, 2, 2.5, 5, 10) if size * by >= rough * 0.999)
    if all(value == int(value) for value in values):
        step = 5 if step == 2.5 else max(1, step)
    return [step * n for n in range(floor(low / step), ceil(most / step * 0.9999) + 1)]


def _upright(chart: Chart, name: str, top: float) -> tuple[str, float]:
    """Draw a chart with its categories along the bottom, and give its height."""
    ticks = _ticks(chart)
    left = max(width(_value(tick, chart)) for tick in ticks) * _CELL + 8
    frame = _Frame(left, top + 16, _WIDTH - left - 4, _PLOT, ticks[0], ticks[-1], ticks)
    slot = frame.wide / len(chart.categories)
    labels, below = _labels_below(chart, frame, slot)
    floor_y = frame.top + frame.high
    axis = "".join(
        _line(frame.left, y, frame.left + frame.wide, y, "grid")
        + _text(frame.left - 6, y + 4, _value(tick, chart), "end")
        for tick in ticks
        for y in (floor_y - frame.share(tick) * frame.high,)
    )
    draw = {"line": _lines, "stacked": _stack}.get(chart.shape, _columns)
    zero = floor_y - frame.share(0) * frame.high
    body = draw(chart, name, frame, slot)
    return axis + body + _line(frame.left, zero, frame.left + frame.wide, zero, "axis") + labels, floor_y + below


def _labels_below(chart: Chart, frame: _Frame, slot: float) -> tuple[str, float]:
    """Write the categories under the plot: level where they fit, else slanting; return the height they take."""
    texts = [_cut(text, _LONGEST_LABEL) for text in chart.categories]
    longest = max(width(text) for text in texts) * _CELL
    y = frame.top + frame.high + 18
    middles = [frame.left + slot * (n + 0.5) for n in range(len(texts))]
    if longest + 6 <= slot:
        return "".join(_text(x, y, text, "middle") for x, text in zip(middles, texts, strict=True)), 28
    slanting = "".join(_text(x + 4, y - 4, text, "end", turn=-40) for x, text in zip(middles, texts, strict=True))
    return slanting, 24 + longest * 0.66


def _tip(chart: Chart, series: str, category: str, value: float) -> str:
    """Return the title that a reader sees over one value."""
    exact = f"{value:.1%}" if chart.is_rate else f"{value:.12g}"
    return f"<title>{_safe(f'{category} {series} {exact}')}</title>"


def _columns(chart: Chart, name: str, frame: _Frame, slot: float) -> str:
    drawn = []
    wide = min(46.0, slot * 0.8 / len(chart.series))
    longest = max(width(_value(v, chart)) for s in chart.series for v in s.values if v is not None) * _CELL * 0.84
    zero = frame.top + frame.high * (1 - frame.share(0))
    for n, category in enumerate(chart.categories):
        start = frame.left + slot * (n + 0.5) - wide * len(chart.series) / 2
        for place, series in enumerate(chart.series):
            value = series.values[n]
            if value is None:
                continue
            end = frame.top + frame.high * (1 - frame.share(value))
            x = start + wide * place
            drawn.append(
                _box(
                    x,
                    min(zero, end),
                    wide - 1.5,
                    abs(zero - end),
                    place,
                    name,
                    _tip(chart, series.name, category, value),
                )
            )
            middle = x + wide / 2
            if longest <= max(wide, slot / len(chart.series)):
                drawn.append(
                    _text(middle - 0.7, end - 4 if value >= 0 else end + 11, _value(value, chart), "middle", True)
                )
            else:
                drawn.append(_text(middle + 3, min(zero, end) - 4, _value(value, chart), "start", True, -90))
    return "".join(drawn)


def _box(x: float, y: float, wide: float, high: float, place: int, name: str, tip: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" {_fill(place, name)}>{tip}</rect>'


def _stack(chart: Chart, name: str, frame: _Frame, slot: float) -> str:
    drawn = []
    wide = min(46.0, slot * 0.62)
    for n, category in enumerate(chart.categories):
        x = frame.left + slot * (n + 0.5) - wide / 2
        heaps = [0.0, 0.0]
        for place, series in enumerate(chart.series):
            value = series.values[n]
            if value is None:
                continue
            base = heaps[value < 0]
            heaps[value < 0] += value
            y, foot = (frame.top + frame.high * (1 - frame.share(at)) for at in (base + value, base))
            drawn.append(
                _box(x, min(y, foot), wide, abs(foot - y), place, name, _tip(chart, series.name, category, value))
            )
        if any(series.values[n] is not None for series in chart.series):
            y = frame.top + frame.high * (1 - frame.share(heaps[0]))
            drawn.append(_text(x + wide / 2, y - 4, _value(sum(heaps), chart), "middle", True))
    return "".join(drawn)


def _lines(chart: Chart, name: str, frame: _Frame, slot: float) -> str:
    """Draw the lines, then the values where nothing else stands; one that finds no room is left out."""
    places = [
        [
            None
            if value is None
            else (frame.left + slot * (n + 0.5), frame.top + frame.high * (1 - frame.share(value)))
            for n, value in enumerate(series.values)
        ]
        for series in chart.series
    ]
    drawn: list[str] = []
    taken: list[_Box] = []
    for place, (series, points) in enumerate(zip(chart.series, places, strict=True)):
        for run in _runs(points):
            drawn.append(_stroke(run, place))
            taken += [box for one, other in pairwise(run) for box in _along(one, other)]
        for category, point, value in zip(chart.categories, points, series.values, strict=True):
            if point is not None and value is not None:
                drawn.append(_marker(*point, place, _tip(chart, series.name, category, value)))
                taken.append((point[0] - 5, point[1] - 5, point[0] + 5, point[1] + 5))
    for series, points in zip(chart.series, places, strict=True):
        is_level = len({value for value in series.values if value is not None}) == 1  # a target: labelled once
        known = [
            (point, value) for point, value in zip(points, series.values, strict=True) if point and value is not None
        ]
        for point, value in known[-1:] if is_level else known:
            text = _value(value, chart)
            half = width(text) * _CELL * 0.42
            for y in (point[1] - 8, point[1] + 16, point[1] - 19, point[1] + 27):
                box = (point[0] - half, y - 8, point[0] + half, y)
                if y < frame.top + frame.high and not any(_meet(box, other) for other in taken):
                    taken.append(box)
                    drawn.append(_text(point[0], y, text, "middle", True))
                    break
    return "".join(drawn)


_Point = tuple[float, float]
_Box = tuple[float, float, float, float]


def _runs(points: Sequence[_Point | None]) -> list[list[_Point]]:
    """Cut a line where a value is missing."""
    runs: list[list[_Point]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _along(one: _Point, other: _Point) -> list[_Box]:
    """Return small boxes along a stroke, but not at its ends, where its own values stand."""
    steps = [n / 16 for n in range(3, 14)]
    middles = [(one[0] + (other[0] - one[0]) * at, one[1] + (other[1] - one[1]) * at) for at in steps]
    return [(x - 1, y - 1, x + 1, y + 1) for x, y in middles]


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _stroke(points: Sequence[tuple[float, float]], place: int) -> str:
    dash = _DASHES[place % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{_colour(place)}" stroke-width="2"{dashed}/>'


def _marker(x: float, y: float, place: int, tip: str = "") -> str:
    """Draw a point of a line: round, square, a triangle or a diamond, by the series' place."""
    d = (
        f"M{_n(x - 4)} {_n(y)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
        f"M{_n(x - 4)} {_n(y - 4)}h8v8h-8Z",
        f"M{_n(x)} {_n(y - 5)}l5 9h-10Z",
        f"M{_n(x)} {_n(y - 5)}l5 5l-5 5l-5 -5Z",
    )[place % 4]
    return f'<path d="{d}" fill="{_colour(place)}">{tip}</path>'


def _bars(chart: Chart, name: str, top: float) -> tuple[str, float]:
    """Draw a chart with its categories down the side, and give its height."""
    ticks = _ticks(chart)
    texts = [_cut(text, _LONGEST_LABEL) for text in chart.categories]
    left = max(width(text) for text in texts) * _CELL + 10
    room = max(width(_value(v, chart)) for s in chart.series for v in s.values if v is not None) * _CELL + 8
    thick = 15.0 if len(chart.series) == 1 else 12.0
    slot = thick * len(chart.series) + 8
    frame = _Frame(left, top + 2, _WIDTH - left - room, slot * len(texts), ticks[0], ticks[-1], ticks)
    foot = frame.top + frame.high
    drawn = []
    for tick in ticks:
        x = frame.left + frame.share(tick) * frame.wide
        drawn.append(_line(x, frame.top, x, foot, "grid") + _text(x, foot + 16, _value(tick, chart), "middle"))
    zero = frame.left + frame.share(0) * frame.wide
    for n, (text, category) in enumerate(zip(texts, chart.categories, strict=True)):
        y = frame.top + slot * n + 4
        drawn.append(_text(frame.left - 6, y + thick * len(chart.series) / 2 + 4, text, "end"))
        for place, series in enumerate(chart.series):
            value = series.values[n]
            if value is None:
                continue
            end = frame.left + frame.share(value) * frame.wide
            at = y + thick * place
            tip = _tip(chart, series.name, category, value)
            drawn.append(_box(min(zero, end), at, abs(end - zero), thick - 1.5, place, name, tip))
            drawn.append(_text(max(zero, end) + 4, at + thick / 2 + 3, _value(value, chart), "start", True))
    return "".join(drawn) + _line(zero, frame.top, zero, foot, "axis"), foot + 24
