"""What Prometheus may read of a process."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING

from .. import __version__
from ..adapters.decorators.cache_reads import cache_reads
from ..adapters.decorators.circuit_breaker import breakers
from ..adapters.decorators.server_calls import BOUNDS, server_calls
from ..adapters.decorators.server_calls import ServerCalls as Counted
from ..adapters.messaging.message_counts import message_counts
from ..core.bidding.hosted_matching import HostedMatching
from ..core.bidding.matching_engine import MatchingEngine
from ..ports.language.pools import PoolUse
from ..ports.language.process_roles import ProcessRole
from .application import Application
from .engine import shards_of
from .keepers import Keepers

if TYPE_CHECKING:
    from ..adapters.prometheus.measurements import PrometheusMeasurements
    from ..adapters.prometheus.readings import Attempts, CertificateState, ServerCalls

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
                rules=_rules_of(application),
                roles=application.roles,
                shards=application.shards,
                tasks=lambda: len(asyncio.all_tasks()),
                owned=lambda: _owned(application, engines()),
                queue=lambda: sum(engine.waiting for engine in engines()),
                queue_limit=lambda: sum(engine.most_waiting for engine in engines()),
                pools=pools,
                servers=_servers,
                certificates=_certificates,
                breakers=breaker_states,
                caches=_caches,
                attempts=_attempts,
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


def _rules_of(application: Application) -> str:
    """Return a text that two processes have in common if they have the same rules."""
    terms = f"{application.rules!r} in {application.shards} shards"
    return blake2b(terms.encode(), digest_size=6).hexdigest()


def _servers() -> "Mapping[str, ServerCalls]":
    """Return the calls in this process, added up by server."""
    from ..adapters.prometheus.readings import ServerCalls

    by_server: dict[str, list[Counted]] = {}
    for counted in server_calls():
        by_server.setdefault(counted.server, []).append(counted)
    found = {}
    for server, every in by_server.items():
        columns = zip(*(one.by_time for one in every), strict=True)
        up_to = accumulate(sum(column) for column in columns)
        found[server] = ServerCalls(
            outcomes={
                "answered": sum(one.answered for one in every),
                "unavailable": sum(one.unavailable for one in every),
                "refused": sum(one.refused for one in every),
            },
            by_time=[*zip((*BOUNDS, inf), up_to, strict=True)],
            seconds=sum(one.seconds for one in every),
        )
    return found


def breaker_states() -> Mapping[str, bool]:
    """Return of each server with a breaker whether one of those is open."""
    found: dict[str, bool] = {}
    for breaker in breakers():
        found[breaker.server] = found.get(breaker.server, False) or breaker.is_open
    return found


def _caches() -> Mapping[str, Mapping[str, int]]:
    found: dict[str, Counter[str]] = {}
    for reads in cache_reads():
        outcomes = found.setdefault(reads.cache, Counter())
        outcomes["hit"] += reads.hits
        outcomes["miss"] += reads.misses
    return found


def _attempts() -> "Iterable[Attempts]":
    from ..adapters.prometheus.readings import Attempts

    for (role, consumer), one in message_counts().items():
        outcomes = {"handled": one.handled, "failed": one.failed, "conflicted": one.conflicted}
        yield Attempts(role, consumer, outcomes, one.seconds)
