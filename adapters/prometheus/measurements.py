"""Measurements that Prometheus reads."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.registry import Collector

from ...ports.language.alarms import AlarmKind
from ...ports.language.messages import Queue
from ...ports.language.waiting_work import WaitingInStore
from ...ports.measurements import Measurements

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody reads

_OF_REQUESTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_OF_COMMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_OF_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_OF_CONFIRMATIONS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600)
_OF_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
"""Upper bounds in seconds, or in quotes. The goals (docs/slos.md) are among them."""

_Child: TypeAlias = tuple[Callable[[], None], Callable[[float], None]]
"""Counts a request of one kind, and times it."""


class PrometheusMeasurements(Measurements):
    """Counts in a registry of its own, which `expose` writes down.

    Children of metrics are looked up once, because that takes longer than to count.
    """

    is_used = True

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._requests = Counter(
            "solebook_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "solebook_request_duration_seconds",
            "Time from the head of a request to the end of its answer.",
            ("method", "route"),
            buckets=_OF_REQUESTS,
            registry=registry,
        )
        self._of_request: dict[tuple[str, str, int], _Child] = {}
        self._streams = Gauge(
            "solebook_stream_seats", "Seats that live streams hold.", registry=registry
        )
        self._bids = Counter("bids", "New bids that are durable.", registry=registry)
        self._asks = Counter("asks", "New asks that are durable.", registry=registry)
        self._matches = Counter("matches", "Matches that are durable.", registry=registry)
        self._commits = Histogram(
            "solebook_engine_commit_seconds",
            "Time of a commit of the engine.",
            buckets=_OF_COMMITS,
            registry=registry,
        )
        self._batches = Histogram(
            "solebook_engine_batch_quotes",
            "Quotes that a batch of the engine wrote.",
            buckets=_OF_BATCHES,
            registry=registry,
        )
        self._failed_batches = Counter(
            "solebook_engine_failed_batches",
            "Batches of the engine that failed.",
            registry=registry,
        )
        self._confirmed = Histogram(
            "order_processing_duration",
            "Seconds from a match until its order is confirmed: the pair reserved, the buyer "
            "charged.",
            buckets=_OF_CONFIRMATIONS,
            registry=registry,
        )
        self._loops = Gauge(
            "solebook_loops", "Loops that run.", ("role", "loop"), registry=registry
        )
        self._loop_failures = Counter(
            "solebook_loop_failures",
            "Failures of a loop, which runs again after a pause.",
            ("role", "loop"),
            registry=registry,
        )
        self._dependencies = Gauge(
            "solebook_dependency_up",
            "Whether what the process depends on is as it should be.",
            ("dependency",),
            registry=registry,
        )
        self._lag = Histogram(
            "solebook_event_loop_lag_seconds",
            "By how much later than planned the event loop has run something.",
            buckets=_OF_LAGS,
            registry=registry,
        )
        self._store = _OfStore(registry)

    def expose(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self.registry)

    def add(self, collector: Collector) -> None:
        """Expose what a collector finds, too."""
        self.registry.register(collector)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        children = self._of_request.get((method, route, status))
        if children is None:
            children = (
                self._requests.labels(method, route, str(status)).inc,
                self._request_seconds.labels(method, route).observe,
            )
            self._of_request[method, route, status] = children
        count, observe = children
        count()
        observe(seconds)

    def watch_streams(self, count: Callable[[], int]) -> None:
        self._streams.set_function(count)

    def batch(self, *, bids: int, asks: int, matches: int, quotes: int, seconds: float) -> None:
        self._bids.inc(bids)
        self._asks.inc(asks)
        self._matches.inc(matches)
        self._batches.observe(quotes)
        self._commits.observe(seconds)

    def batch_failed(self) -> None:
        self._failed_batches.inc()

    def confirmed(self, seconds: float) -> None:
        self._confirmed.observe(seconds)

    def loop_began(self, role: str, loop: str) -> None:
        self._loops.labels(role, loop).inc()
        self._loop_failures.labels(role, loop)

    def loop_failed(self, role: str, loop: str) -> None:
        self._loop_failures.labels(role, loop).inc()

    def loop_ended(self, role: str, loop: str) -> None:
        self._loops.labels(role, loop).dec()

    def event_loop_lagged(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def waiting(self, waiting: WaitingInStore, *, now: datetime, real_now: datetime) -> None:
        self._store.note(waiting, now, real_now)

    def dependencies(self, answers: Mapping[str, bool]) -> None:
        for name, is_up in answers.items():
            self._dependencies.labels(name).set(is_up)


class _OfStore:
    """What waits in the store. It is the same in every process that reads it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"solebook_{name}", what, labels, registry=registry)

        self._read_at = gauge(
            "store_read_timestamp_seconds", "When the process last read what waits in the store."
        )
        self._unsent = gauge("outbox_messages", "Messages in the outbox, up to 10,000.")
        self._unsent_age = gauge("outbox_oldest_seconds", "Age of the oldest message in it.")
        self._length = gauge("queue_messages", "Messages in a queue, up to 10,000.", "queue")
        self._age = gauge(
            "queue_oldest_seconds", "Time since the first message of a queue was due.", "queue"
        )
        self._dead = gauge("dead_letters", "Dead letters, up to 10,000.")
        self._unpaid = gauge("oldest_unpaid_seconds", "Age of the oldest order that is not paid.")
        self._uncharged = gauge(
            "oldest_uncharged_seconds", "Age of the oldest order that was never tried to charge."
        )
        self._deadline = gauge(
            "oldest_deadline_seconds", "Time since the oldest deadline passed that is not met."
        )
        self._alarms = gauge("open_alarms", "Open alarms, up to 10,000.", "kind")

    def note(self, waiting: WaitingInStore, now: datetime, real_now: datetime) -> None:
        """Replace all gauges."""

        def age(instant: datetime | None) -> float:
            return 0.0 if instant is None else max(0.0, (now - instant).total_seconds())

        self._unsent.set(waiting.unsent)
        self._unsent_age.set(age(waiting.oldest_unsent))
        for queue in Queue:
            of_queue = waiting.queues[queue]
            self._length.labels(queue.value).set(of_queue.length)
            self._age.labels(queue.value).set(age(of_queue.oldest))
        self._dead.set(waiting.dead_letters)
        self._unpaid.set(age(waiting.oldest_unpaid))
        self._uncharged.set(age(waiting.oldest_uncharged))
        self._deadline.set(age(waiting.oldest_deadline))
        for kind in AlarmKind:
            self._alarms.labels(kind.value).set(waiting.alarms.get(kind, 0))
        self._read_at.set(real_now.timestamp())
