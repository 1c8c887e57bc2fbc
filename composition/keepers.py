"""The leases that a process keeps, where several processes share a store."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ..core.bidding.require_rules import OtherRules
from ..core.operations.compare_clocks import CompareClocks
from ..core.operations.lease_keeper import LeaseKeeper, Obstacle
from ..core.operations.lease_spread import LeaseSpread
from ..core.operations.parts import OnlyPart, Parts
from ..core.operations.require_network import RequireNetwork
from ..ports.ids import Ids
from ..ports.language.process_roles import ProcessRole
from ..ports.language.rules import MarketRules
from ..ports.leases import Leases
from ..ports.stopwatch import Stopwatch
from .across import Across
from .adapters import Adapters
from .bidding import require_rules_of
from .system_clock import excused_of

SHARD = "matching"
"""The lease of the process with the matching engine of a single shard."""
RELAY = "relay"
"""The lease of the process that relays messages."""
EXPIRY = "expiry"
"""The lease of the process that ends overdue bids and asks, where others reach the engine."""
RECONCILIATION = "reconciliation"
"""The lease of the process that compares the ledger with the payment provider."""

CHARTS = "charts"
"""The lease of the process that draws charts outside the store."""


@dataclass(frozen=True, slots=True)
class Keepers:
    """Keepers of what only one process at a time may do. The others are candidates."""

    shards: Parts
    """The shards of books, each with an engine."""
    relay: LeaseKeeper
    receive: Callable[[ProcessRole, int], LeaseSpread]
    """Returns the share of a role's messages, of which a broker has so many partitions.

    It is the same one for the same role.
    """
    expiry: LeaseKeeper
    reconciliation: LeaseKeeper
    charts: LeaseKeeper


def build_keepers(
    leases: Leases,
    stopwatch: Stopwatch,
    *,
    holder: str,
    shards: int = 1,
    obstacle: Obstacle | None = None,
) -> Keepers:
    """Return the keepers of a process, whose `holder` no other process has.

    The books are divided into `shards`. While there is an `obstacle`, the process owns nothing.
    """

    def keeper(name: str) -> LeaseKeeper:
        return LeaseKeeper(leases, stopwatch, name=name, holder=holder, obstacle=obstacle)

    @cache
    def spread(group: str, parts: int) -> LeaseSpread:
        return LeaseSpread(
            leases,
            stopwatch,
            group=group,
            parts=parts,
            holder=holder,
            obstacle=obstacle,
        )

    return Keepers(
        shards=OnlyPart(keeper(SHARD)) if shards == 1 else spread(_group(shards), shards),
        relay=keeper(RELAY),
        receive=lambda role, partitions: spread(f"messages.{role}", partitions),
        expiry=keeper(EXPIRY),
        reconciliation=keeper(RECONCILIATION),
        charts=keeper(CHARTS),
    )


def shard_leases(shards: int) -> list[str]:
    """Return the names of the leases of the shards, by number.

    They name the number of shards too. So a process that was started before it changed finds no
    engine, and cannot pass a command for all shards to some of them.
    """
    if shards == 1:
        return [SHARD]
    return [f"{_group(shards)}.{shard}" for shard in range(shards)]


def _group(shards: int) -> str:
    return f"{SHARD}.of.{shards}"


def build_shared_keepers(
    adapters: Adapters,
    rules: MarketRules,
    stopwatch: Stopwatch,
    across: Across | None,
    *,
    holder: str,
    shards: int,
) -> Keepers:
    """Return the keepers of a process on a shared store.

    It owns nothing while its clock differs from the store's, its rules from those in force, or it
    is cut off from the others, with whom it shares a network `across`.
    """
    leases = adapters.store.leases
    compare_clocks = CompareClocks(
        leases, adapters.real_clock, stopwatch, excused_of(adapters.real_clock)
    )
    require_rules = require_rules_of(adapters, rules, shards)

    require_network = None if across is None else RequireNetwork(across.check, stopwatch)

    async def find_obstacle() -> str | None:
        cut = None if require_network is None else await require_network()
        if cut is not None:
            return cut
        try:
            await require_rules.check()
        except OtherRules as error:
            return str(error)
        return await compare_clocks()

    return build_keepers(leases, stopwatch, holder=holder, shards=shards, obstacle=find_obstacle)


def holder_of(ids: Ids) -> str:
    """Return a name that no other process has, and that tells an operator which one this is."""
    return f"{socket.gethostname()[:31]}/{os.getpid()}/{ids.new().hex[-16:]}"
