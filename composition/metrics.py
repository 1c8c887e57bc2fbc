"""What Prometheus may read of a process."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .. import __version__
from ..adapters.decorators.circuit_breaker import CircuitBreaker, breakers
from ..core.bidding.hosted_matching import HostedMatching
from ..core.bidding.matching_engine import MatchingEngine
from ..ports.language.pools import PoolUse
from ..ports.language.process_roles import ProcessRole
from .application import Application
from .engine import shards_of
from .keepers import Keepers

if TYPE_CHECKING:
    from ..adapters.prometheus.measurements import PrometheusMeasurements
    from ..adapters.prometheus.readings import CertificateState, ServerCalls

Pools = Callable[[], Mapping[str, PoolUse]]


def read_from(
    measurements: "PrometheusMeasurements", application: Application, pools: Pools
) -> None:
    """Expose what is read of an application whenever Prometheus asks."""
    from ..adapters.prometheus.readings import ProcessReadings, Readings

    def engines() -> list[MatchingEngine]:
        found = (
            shard.engine if isinstance(shard, HostedMatching) else shard
            for shard in shards_of(application)
        )
        return [engine for engine in found if isinstance(engine, MatchingEngine)]

    measurements.add(
        ProcessReadings(
            Readings(
                version=__version__,
                roles=application.roles,
                shards=application.shards,
                tasks=lambda: len(asyncio.all_tasks()),
                owned=lambda: _owned(application, engines()),
                queue=lambda: sum(engine.waiting for engine in engines()),
                queue_limit=lambda: sum(engine.most_waiting for engine in engines()),
                pools=pools,
                servers=_servers,
                certificates=_certificates,
            )
        )
    )


def _owned(application: Application, engines: list[MatchingEngine]) -> Mapping[str, int]:
    """Return how many leases the process has. Alone on its store, it has all that it runs."""
    keepers: Keepers | None = application.keepers
    if keepers is None:
        return {
            "matching": sum(engine.is_running for engine in engines),
            "relay": int(ProcessRole.RELAY in application.roles),
        }
    return {
        "matching": len(keepers.shards.owned),
        "relay": int(keepers.relay.is_owner),
        "expiry": int(keepers.expiry.is_owner),
        "reconciliation": int(keepers.reconciliation.is_owner),
        "charts": int(keepers.charts.is_owner),
    }


def _certificates() -> "Mapping[str, CertificateState]":
    """Return the certificates of this process's servers by the sections of their settings."""
    from ..adapters.prometheus.readings import CertificateState
    from ..adapters.security.server_certificate import certificates

    return {
        each.name: CertificateState(each.pair.expires, each.is_refused) for each in certificates()
    }


def _servers() -> "Mapping[str, ServerCalls]":
    """Return the calls of all circuit breakers, added up by server."""
    from ..adapters.prometheus.readings import ServerCalls

    by_server: dict[str, list[CircuitBreaker]] = {}
    for breaker in breakers():
        by_server.setdefault(breaker.server, []).append(breaker)
    found = {}
    for server, of_server in by_server.items():
        outcomes: Counter[str] = Counter()
        for breaker in of_server:
            outcomes["answered"] += breaker.calls.answered
            outcomes["unavailable"] += breaker.calls.unavailable
            outcomes["refused"] += breaker.calls.refused
        found[server] = ServerCalls(
            is_open=any(breaker.is_open for breaker in of_server),
            outcomes=outcomes,
            seconds=sum(breaker.calls.seconds for breaker in of_server),
        )
    return found
