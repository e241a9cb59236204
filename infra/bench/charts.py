"""Plots as inline SVG, by a few lines of our own: horizontal bars in parts, and a line."""

from collections.abc import Mapping, Sequence
from html import escape

PALETTE = ("#2f6f9f", "#e08a3c", "#4f9d69", "#b5495b", "#7a6bb0", "#c9a227", "#5fa8a8", "#8b8f97", "#d17ba5", "#3f4a5a")
_PROCESSES = ("temporal", "worker", "emulator", "gateway", "dispatcher", "bare", "sandbox", "client", "codec")
_WIDTH, _LABEL, _VALUE = 760, 190, 90
_ROW, _BAR, _TOP, _BASE = 34, 20, 8, 14
_LEGEND_ROW, _LETTER = 22, 7.2
_PLOT = _WIDTH - _LABEL - _VALUE
_LINE_HEIGHT = 180

Bar = tuple[str, Mapping[str, float]]


def bars(rows: Sequence[Bar], unit: str, digits: int = 2) -> str:
    """One bar for each row, of one or more parts by name."""
    parts = list(dict.fromkeys(name for _, values in rows for name in values))
    colours = {name: _colour(name, number) for number, name in enumerate(parts)}
    most = max([sum(values.values()) for _, values in rows] + [1e-9]) * 1.02
    drawn = []
    for number, (label, values) in enumerate(rows):
        total = sum(values.values())
        widths = {name: _PLOT * value / most for name, value in values.items()}
        drawn.append(_bar(number, label, widths, colours))
        drawn.append(_said(number, _PLOT * total / most, f"{_number(total, digits)} {unit}"))
    height = _TOP + _ROW * len(rows)
    legend, extra = _legend(colours, height) if len(parts) > 1 else ("", 0)
    return _svg("".join(drawn) + legend, height + extra)


def ranges(rows: Sequence[tuple[str, float, float, float]], unit: str) -> str:
    """A bar for each row up to its median, with a whisker from the least to the greatest."""
    most = max([greatest for *_, greatest in rows] + [1e-9]) * 1.02
    drawn = []
    for number, (label, middle, least, greatest) in enumerate(rows):
        y = _TOP + _ROW * number + _BAR / 2
        left, right = (_LABEL + _PLOT * value / most for value in (least, greatest))
        drawn.append(_bar(number, label, {"": _PLOT * middle / most}, {"": PALETTE[0]}))
        drawn.append(f'<line class="whisker" x1="{left:.1f}" y1="{y}" x2="{right:.1f}" y2="{y}"/>')
        drawn.append(_said(number, right - _LABEL, f"{_number(middle, 2)} {unit}"))
    return _svg("".join(drawn), _TOP + _ROW * len(rows))


def line(values: Sequence[float], step: float, unit: str, what: str) -> str:
    """Values at even distances of `step` units, from 0 on."""
    most = max([*values, 1]) * 1.05
    width, left = _WIDTH - 60, 48
    points = " ".join(
        f"{left + width * number / max(1, len(values) - 1):.1f},{_LINE_HEIGHT * (1 - value / most) + 6:.1f}"
        for number, value in enumerate(values)
    )
    grid = "".join(
        f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{most * share:.0f}</text>'
        for share in (0, 0.5, 1)
        if (y := _LINE_HEIGHT * (1 - share) + 6) is not None
    )
    end = step * max(0, len(values) - 1)
    below = f'<text class="tick" x="{left}" y="{_LINE_HEIGHT + 24}">0 {unit}</text>'
    below += f'<text class="tick" x="{left + width}" y="{_LINE_HEIGHT + 24}" text-anchor="end">{end:g} {unit}</text>'
    middle = left + width / 2
    below += f'<text class="tick" x="{middle}" y="{_LINE_HEIGHT + 24}" text-anchor="middle">{escape(what)}</text>'
    return _svg(f'{grid}<polyline class="line" points="{points}"/>{below}', _LINE_HEIGHT + 34)


def _colour(name: str, number: int) -> str:
    """A process has the same colour in every plot."""
    place = _PROCESSES.index(name) if name in _PROCESSES else number
    return PALETTE[place % len(PALETTE)]


def _bar(number: int, label: str, widths: Mapping[str, float], colours: Mapping[str, str]) -> str:
    """The row of that number (from 0): its label, and its parts side by side."""
    y, x = _TOP + _ROW * number, float(_LABEL)
    drawn = f'<text x="{_LABEL - 10}" y="{y + _BASE}" text-anchor="end">{escape(label)}</text>'
    for name, width in widths.items():
        drawn += f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_BAR}" fill="{colours[name]}"/>'
        x += width
    return drawn


def _said(number: int, after: float, text: str) -> str:
    return f'<text x="{_LABEL + after + 8:.1f}" y="{_TOP + _ROW * number + _BASE}">{escape(text)}</text>'


def _legend(colours: Mapping[str, str], top: float) -> tuple[str, float]:
    drawn, x, y = "", float(_LABEL), top + 10
    for name, colour in colours.items():
        width = 26 + _LETTER * len(name)
        if x + width > _WIDTH:
            x, y = float(_LABEL), y + _LEGEND_ROW
        drawn += f'<rect x="{x:.1f}" y="{y}" width="11" height="11" fill="{colour}"/>'
        drawn += f'<text class="legend" x="{x + 16:.1f}" y="{y + 10}">{escape(name)}</text>'
        x += width
    return drawn, y + _LEGEND_ROW - top


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"


def _svg(inner: str, height: float) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" role="img">{inner}</svg>'
