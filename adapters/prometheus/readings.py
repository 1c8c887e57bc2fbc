"""What is read of a process whenever Prometheus asks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ...ports.language.pools import PoolUse


@dataclass(frozen=True, slots=True)
class ServerCalls:
    """The calls of a server, by their outcome, and whether a breaker refuses them."""

    is_open: bool
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


class ProcessReadings(Collector):
    """Exposes readings."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterable[Metric]:
        """Return all of them as they are now."""
        readings = self._readings
        yield _info("solebook_build", "The version that runs.", "version", [readings.version])
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

    def _pools(self) -> Iterable[Metric]:
        size = GaugeMetricFamily("solebook_pool_size", "Places of a pool.", labels=["pool"])
        used = GaugeMetricFamily("solebook_pool_used", "Those in use.", labels=["pool"])
        waiting = GaugeMetricFamily(
            "solebook_pool_waiting", "Callers that wait for one.", labels=["pool"]
        )
        for name, pool in self._readings.pools().items():
            size.add_metric([name], pool.size)
            used.add_metric([name], pool.used)
            waiting.add_metric([name], pool.waiting)
        return size, used, waiting

    def _servers(self) -> Iterable[Metric]:
        is_open = GaugeMetricFamily(
            "solebook_breaker_open", "Whether calls of a server are refused.", labels=["server"]
        )
        calls = CounterMetricFamily(
            "solebook_server_calls", "Calls of other servers.", labels=["server", "outcome"]
        )
        seconds = CounterMetricFamily(
            "solebook_server_call_seconds", "The time of these calls.", labels=["server"]
        )
        for name, server in self._readings.servers().items():
            is_open.add_metric([name], server.is_open)
            seconds.add_metric([name], server.seconds)
            for outcome, count in server.outcomes.items():
                calls.add_metric([name, outcome], count)
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


def _plain(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _info(name: str, what: str, label: str, values: Iterable[str]) -> Metric:
    metric = GaugeMetricFamily(name, what, labels=[label])
    for value in sorted(values):
        metric.add_metric([value], 1)
    return metric
