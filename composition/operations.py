"""The operations context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass

from ..adapters.memory.no_broker import NoBroker
from ..core.operations.answer_once import AnswerOnce
from ..core.operations.await_outcome import AwaitOutcome
from ..core.operations.find_order import FindOrder
from ..core.operations.find_user import FindUser
from ..core.operations.forget_old_records import ForgetOldRecords
from ..core.operations.list_alarms import ListAlarms
from ..core.operations.list_dead_letters import ListDeadLetters
from ..core.operations.meet_deadlines import MeetDeadlines
from ..core.operations.read_audit_log import ReadAuditLog
from ..core.operations.record_alarm import RecordAlarm
from ..core.operations.replay_dead_letter import ReplayDeadLetter
from ..core.operations.resolve_alarm import ResolveAlarm
from ..core.operations.view_backlog import ViewBacklog
from ..core.operations.view_waiting_work import ViewWaitingWork
from ..ports.language.consumers import Consumer
from ..ports.language.events import AlarmRaised
from ..ports.language.messages import Queue
from ..ports.language.rules import MarketRules
from ..ports.message_broker import WatchedBroker
from .adapters import Adapters
from .new_traces import new_trace
from .router import Router


@dataclass(frozen=True, slots=True)
class OperationsUseCases:
    """The use cases of the operations context."""

    record_alarm: RecordAlarm
    resolve_alarm: ResolveAlarm
    find_user: FindUser
    replay_dead_letter: ReplayDeadLetter
    await_outcome: AwaitOutcome
    find_order: FindOrder
    list_alarms: ListAlarms
    list_dead_letters: ListDeadLetters
    read_audit_log: ReadAuditLog
    answer_once: AnswerOnce
    view_backlog: ViewBacklog
    view_waiting_work: ViewWaitingWork
    meet_deadlines: MeetDeadlines
    forget_old_records: ForgetOldRecords


def operations_use_cases(
    adapters: Adapters, rules: MarketRules, broker: WatchedBroker | None = None
) -> OperationsUseCases:
    """Return the use cases of the operations context. A `broker` may carry messages."""
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
            preferences=store.preferences,
            clock=clock,
            rules=rules,
        ),
        replay_dead_letter=ReplayDeadLetter(
            transaction=store.transaction,
            dead_letters=store.dead_letters,
            orders=store.orders,
            audit_log=store.audit_log,
            wakeups=store.wakeups,
            clock=clock,
        ),
        await_outcome=AwaitOutcome(audit_log=store.audit_log, clock=clock),
        find_order=FindOrder(orders=store.orders, payments=store.payments, payouts=store.payouts),
        list_alarms=ListAlarms(alarms=store.alarms),
        list_dead_letters=ListDeadLetters(dead_letters=store.dead_letters),
        read_audit_log=ReadAuditLog(audit_log=store.audit_log),
        answer_once=AnswerOnce(
            transaction=store.transaction, idempotency_keys=store.idempotency_keys, clock=clock
        ),
        view_backlog=ViewBacklog(
            outbox=store.outbox,
            deliveries=store.deliveries,
            deadlines=store.deadlines,
            broker=broker or NoBroker(),
            clock=clock,
        ),
        view_waiting_work=ViewWaitingWork(store.waiting_work, clock),
        meet_deadlines=MeetDeadlines(
            transaction=store.transaction,
            deadlines=store.deadlines,
            outbox=store.outbox,
            clock=clock,
            new_trace=new_trace,
        ),
        forget_old_records=ForgetOldRecords(
            transaction=store.transaction,
            inbox=store.inbox,
            idempotency_keys=store.idempotency_keys,
            sessions=store.sessions,
            notifications=store.notifications,
            clock=clock,
        ),
    )


def operations_routes(operations: OperationsUseCases) -> tuple[Consumer, ...]:
    """Return the routes of the operations context: alarms are recorded."""
    router = Router(Queue.TRADE)
    return (router.inside(AlarmRaised, "operations.record_alarm", operations.record_alarm),)
