"""One trace leads from a bid to the letters, and others are linked to it, to the payout."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TypeAlias

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.adapters.opentelemetry.tracer import OpenTelemetryTracer
from solebook.composition.application import Application
from solebook.composition.build import build_application
from solebook.composition.embedded import build_embedded, in_another_process
from solebook.composition.tracing import traced_adapters
from solebook.ports.language.tracing import recording
from solebook.ports.language.users import Role

from .world import PARCEL, PASS, Person, World

pytestmark = pytest.mark.integration

Traces: TypeAlias = dict[int, list[ReadableSpan]]


@pytest.fixture
def application(clock: VirtualClock) -> Application:
    adapters = traced_adapters(build_embedded(seed=3, clock=clock).adapters)
    return build_application(in_another_process(adapters))


class Recorder:
    """What was recorded."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        processor = SimpleSpanProcessor(self.exporter)
        self.tracer = OpenTelemetryTracer(processor, service="all", sample=1.0)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    @property
    def traces(self) -> Traces:
        """The spans of each trace."""
        traces: Traces = {}
        for span in self.spans:
            assert span.context is not None
            traces.setdefault(span.context.trace_id, []).append(span)
        return traces

    def trace_with(self, name: str) -> int:
        """Return the last trace with a span of this name."""
        return [id_ for id_, spans in self.traces.items() if name in names_of(spans)][-1]

    def leads_to(self, later: int) -> set[int]:
        """Return the traces that are linked to one, directly or by others."""
        found, left, traces = set(), [later], self.traces
        while left:
            trace = left.pop()
            if trace not in found:
                found.add(trace)
                left += [link.context.trace_id for s in traces.get(trace, ()) for link in s.links]
        return found


def names_of(spans: list[ReadableSpan]) -> set[str]:
    return {span.name for span in spans}


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    with recording(recorder.tracer):
        yield recorder


async def a_whole_trade(world: World, buyer: Person, seller: Person) -> str:
    """Trade, ship, authenticate, deliver, and wait for the payout; return the order."""
    order_id = await world.order(buyer, seller)
    await world.move(order_id, "shipment", seller, json=PARCEL)
    authenticator = await world.person("authenticator", Role.AUTHENTICATOR)
    await world.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await world.task_of(order_id, authenticator)}"
    await world.ok("POST", f"{task}/claim", authenticator)
    await world.ok("POST", f"{task}/verdict", authenticator, json=PASS)
    await world.workers.settle()
    await world.move(order_id, "dispatch", authenticator, json=PARCEL)
    await world.move(order_id, "delivery", buyer)
    await world.pass_of_time(timedelta(days=4))
    return order_id


async def test_a_bid_is_one_trace_and_the_payout_days_later_is_linked_to_it(
    market: World, buyer: Person, seller: Person, recorder: Recorder
) -> None:
    order_id = await a_whole_trade(market, buyer, seller)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert order["payout_status"] == "paid"

    traces = recorder.traces
    bid = traces[recorder.trace_with("POST /v1/bids")]
    names = names_of(bid)
    assert names >= {"POST /v1/bids", "engine", "payment provider charge", "mailer send"}
    assert any(name.startswith("orders.") for name in names), names
    [root] = [span for span in bid if span.parent is None]
    assert root.name == "POST /v1/bids"
    ids = {span.context.span_id for span in bid if span.context}
    assert all(span.parent is None or span.parent.span_id in ids for span in bid)

    payout = recorder.trace_with("payment provider pay_out")
    assert "deadline payout" in names_of(traces[payout])
    assert recorder.trace_with("POST /v1/bids") in recorder.leads_to(payout)


async def test_the_id_of_the_trace_is_that_of_the_request(
    market: World, buyer: Person, recorder: Recorder
) -> None:
    answer = await market.post("/v1/bids", buyer, json=market.quote())
    trace = recorder.traces[int(answer.headers["request-id"], 16)]
    assert names_of(trace) >= {"POST /v1/bids", "engine"}


async def test_nothing_personal_and_no_secret_is_in_a_span(
    market: World, buyer: Person, seller: Person, recorder: Recorder
) -> None:
    await a_whole_trade(market, buyer, seller)
    told = " ".join(span.to_json() for span in recorder.spans)
    assert len(recorder.spans) > 50
    token = buyer.headers["Authorization"].removeprefix("Bearer ")
    for private in ("example.com", "Main Street", "97201", "horse", token, "pm_", "acct_", "1Z99"):
        assert private not in told, private


async def test_a_failure_is_told_by_its_kind_alone(
    market: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ValueError("buyer@example.com")

    monkeypatch.setattr(type(market.application.catalog.view_product), "__call__", broken)
    await market.get(f"/v1/products/{market.product_id}")
    [span] = [s for s in recorder.spans if s.name == "GET /v1/products/{product_id}"]
    assert span.status.status_code is StatusCode.ERROR
    assert "buyer@example.com" not in span.to_json()


async def test_what_is_not_sampled_leaves_no_span(market: World, buyer: Person) -> None:
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetryTracer(SimpleSpanProcessor(exporter), service="all", sample=0.0)
    with recording(tracer):
        answer = await market.post("/v1/bids", buyer, json=market.quote())
        await market.workers.settle()
    assert answer.headers["request-id"]
    assert exporter.get_finished_spans() == ()
