"""Draws traces as a waterfall."""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

_WIDTH, _ROW, _LEFT, _TEXT = 960, 18, 430, 12
_INDENT = 10
_COLOURS = {1: "#8a8f98", 2: "#1f6feb", 3: "#d9822b", 5: "#2da44e"}
"""By kind: internal, server, client, consumer."""
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
    rows: list[str] = []
    y = _ROW
    for trace, spans in traces.items():
        y = _trace(rows, y, trace, spans, names, first)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}"'
        f' height="{y}" font-family="sans-serif" font-size="{_TEXT}">\n'
        f'<rect width="{_WIDTH}" height="{y}" fill="#ffffff"/>\n'
    )
    return head + "\n".join(rows) + "\n</svg>\n"


def _trace(
    rows: list[str],
    y: int,
    trace: str,
    spans: list[dict[str, Any]],
    names: dict[str, str],
    first: int,
) -> int:
    """Draw a trace below `y`, and return where it ends."""
    begun = min(int(span["startTimeUnixNano"]) for span in spans)
    lasted = max(int(span["endTimeUnixNano"]) for span in spans) - begun
    before = {names[x["traceId"]] for s in spans for x in s["links"] if x["traceId"] != trace}
    after = f", linked to {', '.join(sorted(before))}" if before else ""
    title = f"{_later(begun - first)}: {lasted / 1e6:.1f} ms{after}"
    rows.append(f'<text x="8" y="{y}" font-weight="bold" fill="#1f2328">{escape(title)}</text>')
    y += _ROW
    for span, depth in _in_order(spans)[:_MOST]:
        start, end = int(span["startTimeUnixNano"]) - begun, int(span["endTimeUnixNano"]) - begun
        scale = (_WIDTH - _LEFT - 16) / max(lasted, 1)
        x, width = _LEFT + start * scale, max((end - start) * scale, 2)
        colour = _COLOURS.get(span["kind"], _COLOURS[1])
        rows.append(
            f'<text x="{8 + _INDENT * depth}" y="{y}" fill="#1f2328">{escape(span["name"])}</text>'
            f'<rect x="{x:.1f}" y="{y - 10}" width="{width:.1f}" height="12" rx="2"'
            f' fill="{colour}"/>'
        )
        y += _ROW
    return y + _ROW // 2


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
