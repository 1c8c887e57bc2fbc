"""The label for a seller's box, to be printed."""

from xml.sax.saxutils import escape

from barcode import Code128  # type: ignore[import-untyped]

from ...ports.language.notifications import Attachment
from ...ports.language.text import one_line
from ...ports.language.trade_notices import SaleConfirmedNotice

_WIDTH, _HEIGHT = 148, 105
"""Millimetres: a sheet of A6."""
_MODULE = 0.3
"""The width of the thinnest bar, in millimetres. Scanners want at least a quarter."""
_BAR_HEIGHT = 25
_LONGEST_LINE = 48
"""Characters. What is longer is cut, as it would be by the sheet."""


def label_for(notice: SaleConfirmedNotice) -> Attachment:
    """Return the label: the warehouse's address, and the order's id, also as a Code 128 barcode."""
    order_id = str(notice.order_id)
    texts = [_text(10, 16, 4, "Ship to")]
    for number, line in enumerate(notice.ship_to.lines):
        texts.append(_text(10, 25 + 8 * number, 6, line))
    texts.append(_text(10, 64, 4, f"{notice.shoe.style_code}, size {notice.shoe.book.size}"))
    texts.append(_text(_WIDTH / 2, _HEIGHT - 6, 4, order_id, anchor="middle"))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{_HEIGHT}mm"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
        f'{"".join(texts)}<path d="{_bars(order_id)}" fill="black"/></svg>\n'
    )
    return Attachment("label.svg", "image/svg+xml", svg.encode())


def _text(x: float, y: float, size: float, text: str, *, anchor: str = "start") -> str:
    shown = escape(one_line(text)[:_LONGEST_LINE])
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}">{shown}</text>'


def _bars(text: str) -> str:
    """Return a path with the bars of a text, in the middle of the sheet."""
    (modules,) = Code128(text).build()
    left, top = (_WIDTH - len(modules) * _MODULE) / 2, _HEIGHT - 12 - _BAR_HEIGHT
    return "".join(
        f"M{left + at * _MODULE:.2f} {top}h{_MODULE}v{_BAR_HEIGHT}h-{_MODULE}z"
        for at, module in enumerate(modules)
        if module == "1"
    )
