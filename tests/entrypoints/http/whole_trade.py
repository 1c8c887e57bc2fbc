"""A whole trade whose traces are recorded, and their file in the docs.

`python -m tests.entrypoints.http.whole_trade` trades, and writes the file and its picture anew.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanContext

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.opentelemetry.tracer import OpenTelemetryTracer
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import START, build_embedded, in_another_process
from solebook.composition.engine import engine_of
from solebook.composition.tracing import traced_adapters
from solebook.entrypoints.http.app import create_app
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.tracing import recording
from solebook.ports.language.users import Role

from .waterfall import drawn
from .world import PARCEL, PASS, PRODUCT, Person, World

FILE = Path(__file__).parents[3] / "docs" / "how-to" / "trade.json"
PICTURE = FILE.with_suffix(".svg")
_TRADES = 10


def traced_application(clock: VirtualClock) -> Application:
    """Return an application in memory whose calls to the outside are spans."""
    adapters = traced_adapters(build_embedded(seed=3, clock=clock).adapters)
    return build_application(in_another_process(adapters))


class Recorder(SpanProcessor):
    """Keeps the spans that have ended, and what the exchange's clock showed when each began."""

    def __init__(self, clock: VirtualClock | None = None, *, sample: float = 1.0) -> None:
        self._clock = clock
        self.tracer = OpenTelemetryTracer(self, service="all", sample=sample)
        self.spans: list[ReadableSpan] = []
        self.begun: dict[int, int] = {}
        """The exchange's time in nanoseconds, less the real one, by trace."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if self._clock is not None:
            shown = int(self._clock.now().timestamp() * 1e6) * 1_000
            self.begun.setdefault(place(span).trace_id, shown - (span.start_time or 0))

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)

    @property
    def traces(self) -> dict[int, list[ReadableSpan]]:
        """The spans of each trace."""
        traces = defaultdict[int, list[ReadableSpan]](list)
        for span in self.spans:
            traces[place(span).trace_id].append(span)
        return traces

    def trace_with(self, name: str) -> int:
        """Return the last trace with a span of this name."""
        return next(id_ for id_, spans in reversed(self.traces.items()) if name in names_of(spans))

    def leads_to(self, later: int) -> set[int]:
        """Return the traces that are linked to one, directly or by others."""
        found, left, traces = set[int](), [later], self.traces
        while left:
            trace = left.pop()
            if trace not in found:
                found.add(trace)
                left += [link.context.trace_id for s in traces.get(trace, ()) for link in s.links]
        return found


def names_of(spans: Sequence[ReadableSpan]) -> set[str]:
    return {span.name for span in spans}


def place(span: ReadableSpan) -> SpanContext:
    context: SpanContext | None = span.context
    assert context is not None
    return context


async def trade(world: World, buyer: Person, seller: Person) -> str:
    """Trade, ship, authenticate, deliver, and wait for the payout; return the order."""
    order_id = await world.order(buyer, seller)
    await world.pass_of_time(timedelta(days=1))
    await world.move(order_id, "shipment", seller, json=PARCEL)
    authenticator = await world.person("authenticator", Role.AUTHENTICATOR)
    await world.pass_of_time(timedelta(days=1))
    await world.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    await world.ok("POST", f"{task}/claim", authenticator)
    await world.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await world.workers.settle()
    await world.move(order_id, "dispatch", authenticator, json=PARCEL)
    await world.pass_of_time(timedelta(days=1))
    await world.move(order_id, "delivery", buyer)
    await world.pass_of_time(timedelta(days=3, seconds=1))
    return order_id


async def recorded() -> dict[str, Any]:
    """Trade in memory, and return what led to the payout, in the JSON of OTLP."""
    clock = VirtualClock(START)
    application = traced_application(clock)
    app = create_app(application)
    recorder = Recorder(clock)
    await engine_of(application).start()
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]  # Litestar's own ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        world = World(application, app, client, clock, Workers(application))
        admin = await world.person("admin", Role.ADMIN)
        world.product_id = (await world.ok("POST", "/v1/products", admin, json=PRODUCT))["id"]
        buyer, seller = await world.buyer("buyer"), await world.seller("seller")
        with recording(recorder.tracer):
            await trade(world, buyer, seller)
    await engine_of(application).stop()
    return as_json(recorder)


def as_json(recorder: Recorder) -> dict[str, Any]:
    """Return the traces that led to the payout, with ids that are numbered."""
    kept = recorder.leads_to(recorder.trace_with("payment provider pay_out"))
    numbers = count(1)
    ids = defaultdict[int, int](lambda: next(numbers))

    def described(span: ReadableSpan) -> dict[str, Any]:
        here = place(span)
        later = recorder.begun[here.trace_id]
        links = [link for link in span.links if link.context.trace_id in kept]
        return {
            "traceId": f"{ids[here.trace_id]:032x}",
            "spanId": f"{ids[here.span_id]:016x}",
            "parentSpanId": "" if span.parent is None else f"{ids[span.parent.span_id]:016x}",
            "name": span.name,
            "kind": span.kind.value + 1,
            "startTimeUnixNano": str((span.start_time or 0) + later),
            "endTimeUnixNano": str((span.end_time or 0) + later),
            "attributes": [_attribute(n, v) for n, v in (span.attributes or {}).items()],
            "links": [
                {
                    "traceId": f"{ids[x.context.trace_id]:032x}",
                    "spanId": f"{ids[x.context.span_id]:016x}",
                }
                for x in links
            ],
        }

    spans = sorted(
        (span for span in recorder.spans if place(span).trace_id in kept),
        key=lambda span: (span.start_time or 0) + recorder.begun[place(span).trace_id],
    )
    scope = {"scope": {"name": "solebook"}, "spans": [described(span) for span in spans]}
    resource = {"attributes": [_attribute("service.name", "all")]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _attribute(name: str, value: object) -> dict[str, Any]:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": name, "value": {kind: str(value)}}


def _nanoseconds(told: dict[str, Any]) -> int:
    """Return how long all spans took together."""
    spans = told["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return sum(int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"]) for span in spans)


def main() -> None:
    """Write the file and its picture, of the quickest of several trades: others were held up."""
    told = min((asyncio.run(recorded()) for _ in range(_TRADES)), key=_nanoseconds)
    FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(drawn(told), encoding="utf-8")


if __name__ == "__main__":
    main()
