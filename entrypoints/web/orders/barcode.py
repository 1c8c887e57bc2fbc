"""The barcode of an order, which the warehouse scans."""

from dataclasses import dataclass
from itertools import groupby

from barcode import Code128  # type: ignore[import-untyped]

_MODULE = 0.3
"""The width of the thinnest bar, in millimetres. Scanners want at least a quarter."""
_MARGIN = 10
"""The light margin on each side that a scanner needs, in modules."""
_HEIGHT = 60
"""The height of the bars, in modules."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A text as Code 128. All lengths but `millimetres` are in modules, the thinnest bars."""

    width: int
    height: int
    millimetres: float
    """The width on paper, with the margins."""
    path: str
    """The dark bars, as the path of an SVG."""


def bars_of(text: str) -> Bars:
    """Return the bars of an ASCII text."""
    [modules] = Code128(text).build()
    at, path = _MARGIN, []
    for module, run in groupby(modules):
        width = len(list(run))
        if module == "1":
            path.append(f"M{at} 0h{width}v{_HEIGHT}h-{width}z")
        at += width
    width = at + _MARGIN
    return Bars(width, _HEIGHT, round(width * _MODULE, 1), "".join(path))
