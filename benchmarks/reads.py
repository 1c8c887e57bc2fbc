"""How many GETs a second are answered, beside bare handlers that return the same typed bodies.

    uv run nox -s bench -- reads [--seconds 5] [--connections 64] [--rounds 3]

A book of 20 levels on each side, the market of one size, and a product. Both servers run in turn,
and a process of its own sends the requests.
"""

import argparse
from functools import partial
from itertools import repeat
from typing import Any

import uvloop

from .http import percentile, send, serving
from .in_turn import Figures, in_turn, ratio
from .market import SIZES

PATHS = {
    "book": f"/v1/products/{{}}/book?size={SIZES[0]}",
    "market": f"/v1/products/{{}}/market?size={SIZES[0]}",
    "product": "/v1/products/{}",
}


def request(told: dict[str, Any], path: str) -> bytes:
    return f"GET {path.format(told['product'])} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()


def measure(name: str, *, seconds: float, connections: int) -> Figures:
    """Return for each path how many requests a second were answered, and how late the slowest."""
    figures: Figures = {}
    with serving(name) as (told, _):
        for what, path in PATHS.items():
            sent = repeat(request(told, path))
            answers = uvloop.run(send(told, sent, connections=connections, seconds=seconds))
            assert answers.statuses.keys() == {200}, answers.statuses
            figures[f"{what}_per_second"] = answers.statuses.total() / seconds
            figures[f"{what}_p99_ms"] = percentile(answers.seconds, 99)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    how = {"seconds": options.seconds, "connections": options.connections}
    medians = in_turn(
        {name: partial(measure, name, **how) for name in ("bare", "solebook")}, options.rounds
    )
    for figure, of in medians["solebook"].items():
        ratio(f"{figure.replace('_', ' ')}, to the bare handler's", of, medians["bare"][figure])


if __name__ == "__main__":
    main()
