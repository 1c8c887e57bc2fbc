"""One trace leads from a bid to the letters, and others are linked to it, to the payout."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from opentelemetry.trace import StatusCode

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.application import Application
from solebook.composition.new_traces import new_trace
from solebook.ports.language.tracing import begin, recording

from .waterfall import drawn
from .whole_trade import (
    FILE,
    PICTURE,
    Recorder,
    names_of,
    place,
    recorded,
    traced_application,
    trade,
)
from .world import PARCEL, Person, World

pytestmark = pytest.mark.integration


@pytest.fixture
def application(clock: VirtualClock) -> Application:
    return traced_application(clock)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    with recording(recorder.tracer):
        yield recorder


async def test_a_bid_is_one_trace_and_the_payout_days_later_is_linked_to_it(
    market: World, buyer: Person, seller: Person, recorder: Recorder
) -> None:
    endpoint = {"url": "https://hooks.example.com/", "kinds": ["order.created"]}
    await market.ok("POST", "/v1/webhooks", buyer, json=endpoint)
    order_id = await trade(market, buyer, seller)
    order = await market.ok("GET", f"/v1/orders/{order_id}", seller)
    assert order["payout_status"] == "paid"

    traces = recorder.traces
    bid = traces[recorder.trace_with("POST /v1/bids")]
    names = names_of(bid)
    assert names >= {
        "POST /v1/bids",
        "engine",
        "engine batch",
        "payment provider charge",
        "mailer send",
    }
    assert "webhook sender send" in names
    assert any(name.startswith("orders.") for name in names), names
    [root] = [span for span in bid if span.parent is None]
    assert root.name == "POST /v1/bids"
    ids = {place(span).span_id for span in bid}
    assert all(span.parent is None or span.parent.span_id in ids for span in bid)

    payout = recorder.trace_with("payment provider pay_out")
    assert "deadline payout" in names_of(traces[payout])
    assert recorder.trace_with("POST /v1/bids") in recorder.leads_to(payout)


async def test_photos_charts_and_disputes_elsewhere_are_spans_too(
    market: World, buyer: Person, seller: Person, authenticator: Person, recorder: Recorder
) -> None:
    order_id = await market.order(buyer, seller)
    await market.move(order_id, "shipment", seller, json=PARCEL)
    await market.move(order_id, "receipt", authenticator)
    task = f"/v1/authentication/tasks/{await market.task_of(order_id, authenticator)}"
    await market.ok("POST", f"{task}/claim", authenticator)
    jpeg = {"Content-Type": "image/jpeg"}
    content = b"\xff\xd8\xff a shoe"
    await market.ok("POST", f"{task}/photos", authenticator, content=content, headers=jpeg)
    await market.ok("GET", f"/v1/products/{market.product_id}/candles?interval=1d", buyer)
    with begin("a look", new_trace()):
        await market.application.disputes.find_disputes()
    names = names_of(recorder.spans)
    assert names >= {"photos keep", "charts candles", "dispute desk page"}


async def test_the_id_of_the_trace_is_that_of_the_request(
    market: World, buyer: Person, recorder: Recorder
) -> None:
    answer = await market.post("/v1/bids", buyer, json=market.quote())
    trace = recorder.traces[int(answer.headers["request-id"], 16)]
    assert names_of(trace) >= {"POST /v1/bids", "engine"}


async def test_a_batch_of_the_engine_is_linked_to_all_that_it_commits(
    market: World, seller: Person, recorder: Recorder
) -> None:
    async def ask(amount: int) -> str:
        answer = await market.post("/v1/asks", seller, json=market.quote(amount))
        assert answer.status_code == 201
        return answer.headers["request-id"]

    asked = await asyncio.gather(*(ask(50_000 + 100 * n) for n in range(4)))
    batches = [span for span in recorder.spans if span.name == "engine batch"]
    told = {place(batch).trace_id for batch in batches}
    told |= {link.context.trace_id for batch in batches for link in batch.links}
    assert {int(trace, 16) for trace in asked} <= told
    assert any(batch.links for batch in batches)
    assert sum(int(str((b.attributes or {})["solebook.commands"])) for b in batches) >= 4


async def test_nothing_personal_and_no_secret_is_in_a_span(
    market: World, buyer: Person, seller: Person, recorder: Recorder
) -> None:
    await trade(market, buyer, seller)
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
    recorder = Recorder(sample=0.0)
    with recording(recorder.tracer):
        answer = await market.post("/v1/bids", buyer, json=market.quote())
        await market.workers.settle()
    assert answer.headers["request-id"]
    assert recorder.spans == []


async def test_the_file_and_the_picture_in_the_docs_are_of_such_a_trade() -> None:
    """To write them anew: python -m tests.entrypoints.http.whole_trade"""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert PICTURE.read_text(encoding="utf-8") == drawn(kept)

    def names(told: object) -> list[str]:
        assert isinstance(told, dict)
        return sorted(s["name"] for s in told["resourceSpans"][0]["scopeSpans"][0]["spans"])

    assert names(kept) == names(await recorded())
