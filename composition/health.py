"""What the health of a process depends on."""

from collections.abc import Awaitable, Callable

from ..core.operations.lease_keeper import LeaseKeeper
from ..core.operations.lease_spread import LeaseSpread
from ..core.operations.parts import Parts
from ..core.operations.view_health import Check, InTrouble, ViewHealth
from ..ports.language.errors import Unavailable
from ..ports.language.process_roles import ProcessRole
from .across import RECEIVING
from .application import Application
from .engine import shards_of
from .system_clock import check_of_clock

_PATIENCE = 2.0
"""Seconds."""


def view_health_of(application: Application) -> ViewHealth:
    """Return the query of the health of this process, in its roles."""
    checks: dict[str, Check] = {"store": _of_store(application)}
    if application.across is not None:
        checks["network"] = _answers(application.across.check)
    if ProcessRole.HTTP in application.roles:
        checks["matching"] = _answers(application.matching.check_ready)
    keepers = application.keepers
    if keepers is not None:
        if ProcessRole.MATCHING in application.roles:
            checks["lease of matching"] = _state_of_shards(keepers.shards, application.shards)
        if ProcessRole.RELAY in application.roles:
            checks["lease of relay"] = _state_of(keepers.relay)
        if application.across is not None:
            partitions = application.across.broker.partitions
            for role in application.roles & RECEIVING:
                spread = keepers.receive(role, partitions)
                checks[f"messages of {role}"] = _share_of(spread, role, partitions)
    optional: dict[str, Check] = {}
    if ProcessRole.HTTP in application.roles and application.shards > 1:
        for number, shard in enumerate(shards_of(application)):
            optional[f"matching of shard {number}"] = _answers(shard.check_ready)
    check_replica = application.check_replica
    if check_replica is not None and ProcessRole.HTTP in application.roles:
        optional["replica"] = _answers(check_replica)
    if application.check_redis is not None:
        optional["redis"] = _answers(application.check_redis)
    if application.check_typesense is not None:
        optional["typesense"] = _answers(application.check_typesense)
    if application.view_books_in_redis is not None and ProcessRole.MATCHING in application.roles:
        optional["books in redis"] = application.view_books_in_redis
    check_clock = check_of_clock(application.adapters.real_clock)
    if check_clock is not None:
        optional["clock"] = check_clock
    optional |= _of_charts(application)
    return ViewHealth(checks, _PATIENCE, optional)


def _of_store(application: Application) -> Check:
    async def check() -> str:
        await application.operations.view_backlog.has_messages()
        state = application.state_of_store and application.state_of_store()
        if state:
            raise InTrouble(state)
        return "answers"

    return check


def _answers(call: Callable[[], Awaitable[object]]) -> Check:
    async def check() -> str:
        await call()
        return "answers"

    return check


def _of_charts(application: Application) -> dict[str, Check]:
    charts, checks = application.adapters.charts, dict[str, Check]()
    if charts.check is not None and ProcessRole.HTTP in application.roles:
        checks["influx"] = _answers(charts.check)
    if charts.view_backlog is not None and ProcessRole.CHARTS in application.roles:
        checks["charts in influx"] = charts.view_backlog
    return checks


def _share_of(spread: LeaseSpread, role: ProcessRole, partitions: int) -> Check:
    async def check() -> str:
        if spread.reason is not None:
            raise Unavailable(what=f"the messages of {role}: {spread.reason}")
        return f"receives {len(spread.owned)} of {partitions} partitions"

    return check


def _state_of(keeper: LeaseKeeper) -> Check:
    async def check() -> str:
        if keeper.reason is not None:
            raise Unavailable(what=f"the lease of {keeper.name}: {keeper.reason}")
        return "owner" if keeper.is_owner else "candidate"

    return check


def _state_of_shards(parts: Parts, shards: int) -> Check:
    async def check() -> str:
        if parts.reason is not None:
            raise Unavailable(what=f"the lease of matching: {parts.reason}")
        owned = ", ".join(map(str, sorted(parts.owned)))
        if not owned:
            return "candidate"
        return "owner" if shards == 1 else f"owner of {owned} of {shards} shards"

    return check
