"""Draws traces as a waterfall."""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

_WIDTH, _ROW, _LEFT = 780, 20, 410
_EDGE, _INDENT = 10, 8
_BARS = _WIDTH - _LEFT - _EDGE
_ROOM = 62
"""What the time of a span needs beside its bar."""
_KINDS = {2: "server", 5: "consumer", 3: "client", 1: "internal"}
"""By the number in OTLP, in the order of the legend."""
_LEGEND = {
    "server": "a request",
    "consumer": "a message is handled",
    "client": "a server of others is called",
    "internal": "within the process",
}
_STYLE = """<style>
text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328 }
.small { font-size: 11px; fill: #59636e }
.title { font-weight: 600 }
.page { fill: #ffffff }
.stripe { fill: #f3f5f8 }
.grid { stroke: #d5dae0; stroke-width: 1 }
.server { fill: #1f6feb }
.consumer { fill: #1a8a45 }
.client { fill: #c96f12 }
.internal { fill: #7a828e }
@media (prefers-color-scheme: dark) {
  text { fill: #e3e6ea }
  .small { fill: #a3abb5 }
  .page { fill: #1b1f27 }
  .stripe { fill: #242a34 }
  .grid { stroke: #3a424e }
  .server { fill: #58a6ff }
  .consumer { fill: #3fb95f }
  .client { fill: #f0a04b }
  .internal { fill: #98a1ad }
}
</style>"""
_MOST = 60
"""Spans of a trace that are drawn."""


def drawn(told: dict[str, Any]) -> str:
    """Return the picture of traces in the JSON of OTLP: each has its own scale."""
    [of_service] = told["resourceSpans"]
    [scope] = of_service["scopeSpans"]
    traces: dict[str, list[dict[str, Any]]] = {}
    for span in scope["spans"]:
        traces.setdefault(span["traceId"], []).append(span)
    names = {trace: spans[0]["name"] for trace, spans in traces.items()}
    first = int(scope["spans"][0]["startTimeUnixNano"])
    rows = [*_legend()]
    y = 2 * _ROW
    for trace, spans in traces.items():
        y = _trace(rows, y, trace, spans, names, first)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}"'
        f' height="{y}">\n{_STYLE}\n<rect class="page" width="{_WIDTH}" height="{y}"/>\n'
    )
    return head + "\n".join(rows) + "\n</svg>\n"


def _legend() -> list[str]:
    rows, x = [], _EDGE
    for kind in _KINDS.values():
        rows.append(
            f'<rect class="{kind}" x="{x}" y="9" width="12" height="12" rx="2"/>'
            f'<text x="{x + 18}" y="20">{_LEGEND[kind]}</text>'
        )
        x += 50 + 7 * len(_LEGEND[kind])
    return rows


def _trace(
    rows: list[str],
    y: int,
    trace: str,
    spans: list[dict[str, Any]],
    names: dict[str, str],
    first: int,
) -> int:
    """Draw a trace from `y` on, and return where the next one begins."""
    begun = min(int(span["startTimeUnixNano"]) for span in spans)
    lasted = max(int(span["endTimeUnixNano"]) for span in spans) - begun
    before = {names[x["traceId"]] for s in spans for x in s["links"] if x["traceId"] != trace}
    title = f"{_later(begun - first)}: {names[trace]}"
    y += _ROW
    rows.append(f'<text class="title" x="{_EDGE}" y="{y}">{escape(title)}</text>')
    if before:
        y += _ROW - 3
        linked = f"linked to {', '.join(sorted(before))}"
        rows.append(f'<text class="small" x="{_EDGE}" y="{y}">{escape(linked)}</text>')
    shown = _in_order(spans)[:_MOST]
    y += _ROW // 2
    rows += _scale(y, lasted, len(shown))
    for number, (span, depth) in enumerate(shown):
        rows.append(_span(span, depth, y + number * _ROW, begun, lasted, striped=number % 2 == 0))
    return y + len(shown) * _ROW + _ROW // 2


def _scale(y: int, lasted: int, count: int) -> list[str]:
    """Return lines at the quarters of the time, behind so many spans, and the times above."""
    rows = []
    for quarter in range(5):
        x = _LEFT + _BARS * quarter / 4
        anchor = "start" if quarter == 0 else "end" if quarter == 4 else "middle"
        unit = " ms" if quarter == 4 else ""
        rows.append(
            f'<text class="small" x="{x:g}" y="{y - 4}" text-anchor="{anchor}">'
            f"{lasted * quarter / 4e6:.1f}{unit}</text>"
            f'<path class="grid" d="M{x:g} {y}V{y + count * _ROW}"/>'
        )
    return rows


def _span(
    span: dict[str, Any], depth: int, y: int, begun: int, lasted: int, *, striped: bool
) -> str:
    """Return a row: the name of a span, its bar, and its time beside that."""
    start, end = int(span["startTimeUnixNano"]) - begun, int(span["endTimeUnixNano"]) - begun
    scale = _BARS / max(lasted, 1)
    x, width = _LEFT + start * scale, max((end - start) * scale, 3)
    x = min(x, _LEFT + _BARS - width)
    is_right = x + width + _ROOM < _LEFT + _BARS
    beside = (x + width + 5, "start") if is_right else (x - 5, "end")
    if not is_right and x - _ROOM < _LEFT:  # the bar leaves room on neither side
        beside = (_LEFT - 5, "end")
    what, colon, subject = span["name"].partition(":")
    stripe = (
        f'<rect class="stripe" x="0" y="{y}" width="{_WIDTH}" height="{_ROW}" opacity="0.6"/>'
        if striped
        else ""
    )
    return (
        f'{stripe}<text x="{_EDGE + _INDENT * depth}" y="{y + 14}">{escape(what)}'
        f'<tspan class="small">{escape(colon + subject)}</tspan></text>'
        f'<rect class="{_KINDS.get(span["kind"], "internal")}" x="{x:.1f}" y="{y + 4}"'
        f' width="{width:.1f}" height="12" rx="2"/>'
        f'<text class="small" x="{beside[0]:.1f}" y="{y + 14}" text-anchor="{beside[1]}">'
        f"{(end - start) / 1e6:.2f} ms</text>"
    )


def _in_order(spans: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Return spans below what caused them, each with its depth."""
    ids = {span["spanId"] for span in spans}
    below: dict[str, list[dict[str, Any]]] = {}
    for span in spans:
        parent = span["parentSpanId"]
        below.setdefault(parent if parent in ids else "", []).append(span)
    found: list[tuple[dict[str, Any], int]] = []

    def visit(parent: str, depth: int) -> None:
        for span in below.get(parent, ()):
            found.append((span, depth))
            visit(span["spanId"], depth + 1)

    visit("", 0)
    return found


def _later(nanoseconds: int) -> str:
    passed = timedelta(microseconds=nanoseconds // 1_000)
    if passed < timedelta(minutes=1):
        return "At first"
    at = datetime(1970, 1, 1, tzinfo=UTC) + passed
    return f"Day {passed.days + 1}, {at:%H:%M}"
