"""The operations context: what it does, how that is built, and which messages it hears."""

from dataclasses import dataclass

from ..core.operations.await_outcome import AwaitOutcome
from ..core.operations.find_order import FindOrder
from ..core.operations.find_user import FindUser
from ..core.operations.record_alarm import RecordAlarm
from ..core.operations.replay_dead_letter import ReplayDeadLetter
from ..core.operations.resolve_alarm import ResolveAlarm
from ..ports.event_bus import Consumer
from ..ports.language.events import AlarmRaised
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .router import Router


@dataclass(frozen=True, slots=True)
class OperationsUseCases:
    """What the operations context does."""

    record_alarm: RecordAlarm
    resolve_alarm: ResolveAlarm
    find_user: FindUser
    replay_dead_letter: ReplayDeadLetter
    await_outcome: AwaitOutcome
    find_order: FindOrder


def operations_use_cases(adapters: Adapters, rules: MarketRules) -> OperationsUseCases:
    """Return what the operations context does."""
    store, clock = adapters.store, adapters.clock
    return OperationsUseCases(
        record_alarm=RecordAlarm(
            transaction=store.transaction,
            alarms=store.alarms,
            deadlines=store.deadlines,
            clock=clock,
            ids=adapters.ids,
        ),
        resolve_alarm=ResolveAlarm(
            transaction=store.transaction,
            alarms=store.alarms,
            orders=store.orders,
            audit_log=store.audit_log,
            clock=clock,
        ),
        find_user=FindUser(
            users=store.users,
            ledger=store.ledger,
            quotes=store.quotes,
            declines=store.declines,
            clock=clock,
            rules=rules,
        ),
        replay_dead_letter=ReplayDeadLetter(
            transaction=store.transaction,
            dead_letters=store.dead_letters,
            orders=store.orders,
            audit_log=store.audit_log,
            clock=clock,
        ),
        await_outcome=AwaitOutcome(audit_log=store.audit_log, clock=clock),
        find_order=FindOrder(orders=store.orders, payments=store.payments, payouts=store.payouts),
    )


def operations_routes(router: Router, operations: OperationsUseCases) -> tuple[Consumer, ...]:
    """Return what the operations context hears of: something must be looked at."""
    return (router.inside(AlarmRaised, "operations.record_alarm", operations.record_alarm),)
