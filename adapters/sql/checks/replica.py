"""What a diagnosis tries of a store's replica in PostgreSQL."""

from typing import Any

from ....ports.language.trials import Failed, Trial, Trials
from ....ports.service_check import ServiceCheck
from ..engine.limits import Limits
from .postgres import connecting, explained, look_at_tls

_NAME = """\
SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' ||
    (SELECT oid FROM pg_database WHERE datname = current_database())"""
"""What a database has in common with its replicas, and with no other."""
_WRITTEN = "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn"
_FOLLOWS = "SELECT pg_is_in_recovery()"
_REPLAYED = """\
SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS replayed,
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float AS since_latest
"""


class ReplicaCheck(ServiceCheck):
    """Tries the replica, and whether it follows the store."""

    service = "replica"

    def __init__(self, url: str, store_url: str, limits: Limits, *, most_lag: float) -> None:
        """`most_lag` is how many seconds it may be behind."""
        self._url = url
        self._store_url = store_url
        self._limits = limits
        self._most_lag = most_lag

    def explain(self, error: Exception) -> Failed:
        failed = explained(error)
        return Failed(str(failed), failed.advice.replace("store.url", "store.replica_url"))

    async def __call__(self, trials: Trials) -> None:
        advice = "start the replica, or correct store.replica_url"
        async with connecting(trials, self._url, self._limits, advice) as replica:
            with trials.trying("TLS", "set sslmode to verify-full in store.replica_url") as trial:
                await look_at_tls(replica, self._url, trial)
            quiet = Trials("", lambda: 0.0, self.explain)  # the check of the store tells of it
            async with connecting(quiet, self._store_url, self._limits, "") as store:
                with trials.trying("following", "set the replica up anew") as trial:
                    await self._look_at_lag(store, replica, trial)

    async def _look_at_lag(self, store: Any, replica: Any, trial: Trial) -> None:
        written = await store.fetchval(_WRITTEN)
        if not await replica.fetchval(_FOLLOWS):
            raise Failed("it does not follow the store: it is no replica, or was promoted")
        if await replica.fetchval(_NAME) != await store.fetchval(_NAME):
            raise Failed("it is the replica of another database than the store")
        row = await replica.fetchrow(_REPLAYED)
        if row["replayed"] >= written:
            trial.found = "has everything"
            return
        lag = row["since_latest"]
        trial.found = "nobody knows how far it is behind" if lag is None else f"{lag:.1f} s behind"
        if lag is None or lag > self._most_lag:
            trial.warn(
                f"{trial.found}, so the store answers itself",
                "look whether the replica receives and replays the log",
            )
