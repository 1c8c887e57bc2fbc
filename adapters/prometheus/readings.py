"""What is read of a process whenever Prometheus asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ...ports.language.pools import PoolUse


@dataclass(frozen=True, slots=True)
class ServerCalls:
    """The calls of a server, by their outcome and by their time."""

    outcomes: Mapping[str, int]
    by_time: Sequence[tuple[float, int]]
    """Upper bounds in seconds, the last infinite, each with the calls that took no longer."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of a consumer to handle messages, by their outcome."""

    role: str
    consumer: str
    outcomes: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class CertificateState:
    """When a certificate that is used expires, and whether a newer one cannot be used."""

    expires: datetime
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What to read. Each call is fast and raises nothing."""

    version: str
    rules: str
    """What the market rules amount to: another text for other rules."""
    roles: Iterable[str]
    shards: int
    """The number of shards of the exchange."""
    tasks: Callable[[], int]
    owned: Callable[[], Mapping[str, int]]
    """How many leases of each kind the process has."""
    queue: Callable[[], int]
    queue_limit: Callable[[], int]
    """Commands that wait for the engines of this process, and how many may."""
    pools: Callable[[], Mapping[str, PoolUse]]
    servers: Callable[[], Mapping[str, ServerCalls]]
    certificates: Callable[[], Mapping[str, CertificateState]]
    breakers: Callable[[], Mapping[str, bool]]
    """Whether the calls of each server that has a breaker are refused."""
    caches: Callable[[], Mapping[str, Mapping[str, int]]]
    """The reads of each cache, by their outcome."""
    attempts: Callable[[], Iterable[Attempts]]


class ProcessReadings(Collector):
    """Exposes readings."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterable[Metric]:
        """Return all of them as they are now."""
        readings = self._readings
        yield _info("solebook_build_info", "The version that runs.", "version", [readings.version])
        yield _info(
            "solebook_rules_info", "The market rules of the process.", "rules", [readings.rules]
        )
        yield _info("solebook_role", "The roles of the process.", "role", readings.roles)
        yield _plain("solebook_shards", "Shards of the exchange.", readings.shards)
        yield _plain("solebook_tasks", "Running tasks of the event loop.", readings.tasks())
        yield _plain(
            "solebook_engine_queue", "Commands that wait for the engine.", readings.queue()
        )
        yield _plain(
            "solebook_engine_queue_limit", "How many commands may wait.", readings.queue_limit()
        )
        held = GaugeMetricFamily(
            "solebook_leases_held", "Leases that the process has.", labels=["lease"]
        )
        for name, count in readings.owned().items():
            held.add_metric([name], count)
        yield held
        yield from self._pools()
        yield from self._servers()
        yield from self._certificates()
        yield from self._attempts()
        reads = _counter("solebook_cache_reads", "Reads of a cache.", "cache", "outcome")
        for name, outcomes in readings.caches().items():
            _add(reads, (name,), outcomes)
        yield reads

    def _pools(self) -> Iterable[Metric]:
        size = _gauge("solebook_pool_size", "Places of a pool.", "pool")
        used = _gauge("solebook_pool_used", "Those in use.", "pool")
        waiting = _gauge("solebook_pool_waiting", "Callers that wait for one.", "pool")
        waits = _counter("solebook_pool_waits", "Callers that have waited for one.", "pool")
        seconds = _counter("solebook_pool_wait_seconds", "The time that they waited.", "pool")
        for name, pool in self._readings.pools().items():
            size.add_metric([name], pool.size)
            used.add_metric([name], pool.used)
            waiting.add_metric([name], pool.waiting)
            if pool.waits is not None:
                waits.add_metric([name], pool.waits.count)
                seconds.add_metric([name], pool.waits.seconds)
        return size, used, waiting, waits, seconds

    def _servers(self) -> Iterable[Metric]:
        is_open = _gauge(
            "solebook_breaker_open", "Whether calls of a server are refused.", "server"
        )
        for name, is_refusing in self._readings.breakers().items():
            is_open.add_metric([name], is_refusing)
        calls = _counter("solebook_server_calls", "Calls of other servers.", "server", "outcome")
        seconds = HistogramMetricFamily(
            "solebook_server_call_duration_seconds", "The time of these calls.", labels=["server"]
        )
        for name, server in self._readings.servers().items():
            _add(calls, (name,), server.outcomes)
            buckets = [
                ("+Inf" if bound == inf else str(bound), count) for bound, count in server.by_time
            ]
            seconds.add_metric([name], buckets, server.seconds)
        return is_open, calls, seconds

    def _certificates(self) -> Iterable[Metric]:
        expires = GaugeMetricFamily(
            "solebook_certificate_expiry_timestamp_seconds",
            "When the certificate of a server of this process expires.",
            labels=["certificate"],
        )
        refused = GaugeMetricFamily(
            "solebook_certificate_refused",
            "Whether its files have a newer one that cannot be used.",
            labels=["certificate"],
        )
        for name, certificate in self._readings.certificates().items():
            expires.add_metric([name], certificate.expires.timestamp())
            refused.add_metric([name], certificate.is_refused)
        return expires, refused

    def _attempts(self) -> Iterable[Metric]:
        labels = "role", "consumer"
        count = _counter(
            "solebook_message_attempts", "Attempts to handle a message.", *labels, "outcome"
        )
        seconds = _counter("solebook_message_attempt_seconds", "The time of these.", *labels)
        for each in self._readings.attempts():
            names = each.role, each.consumer
            _add(count, names, each.outcomes)
            seconds.add_metric(names, each.seconds)
        return count, seconds


def _add(metric: CounterMetricFamily, names: Sequence[str], outcomes: Mapping[str, int]) -> None:
    for outcome, count in outcomes.items():
        metric.add_metric([*names, outcome], count)


def _gauge(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, labels=labels)


def _counter(name: str, what: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, what, labels=labels)


def _plain(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _info(name: str, what: str, label: str, values: Iterable[str]) -> Metric:
    metric = GaugeMetricFamily(name, what, labels=[label])
    for value in sorted(values):
        metric.add_metric([value], 1)
    return metric
