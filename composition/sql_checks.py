"""What a diagnosis tries of the store. It imports the store's packages when it is built."""

from ..config.settings import Settings
from ..core.bidding.rules_change import RulesChange
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck

_OF_LEASES, _OF_WAKEUPS = 2, 1
"""Connections of a process beside its pools."""


def check_of_store(settings: Settings, clock: Clock) -> ServiceCheck | None:
    """Return what tries the store, or None if it is in memory."""
    match settings.store.kind:
        case "memory":
            return None
        case "sqlite":
            from ..adapters.sql.checks.sqlite import SqliteCheck

            return SqliteCheck(settings.store_url)
    from ..adapters.sql.checks.postgres import PostgresCheck
    from .sql_store import limits_of

    store = settings.store
    return PostgresCheck(
        settings.store_url,
        limits_of(settings),
        clock,
        differences=lambda stored: RulesChange(stored, settings.market).differences,
        connections=store.connections + store.public_connections + _OF_LEASES + _OF_WAKEUPS,
    )


def check_of_replica(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries the store's replica, or None if there is none."""
    url = settings.replica_url
    if url is None:
        return None
    from ..adapters.sql.checks.replica import ReplicaCheck
    from .sql_store import limits_of

    most_lag = settings.store.replica_max_lag.total_seconds()
    return ReplicaCheck(url, settings.store_url, limits_of(settings), most_lag=most_lag)
