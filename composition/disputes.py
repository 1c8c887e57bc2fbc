"""Disputes: their use cases and routes."""

from dataclasses import dataclass
from functools import partial

from ..core.payments.disputes.accept_dispute import AcceptDispute
from ..core.payments.disputes.answer_dispute import AnswerDispute
from ..core.payments.disputes.bear_loss import BearLoss
from ..core.payments.disputes.check_disputes import CheckDisputes
from ..core.payments.disputes.find_disputes import FindDisputes
from ..core.payments.disputes.follow_dispute import FollowDispute
from ..core.payments.disputes.gather_evidence import GatherEvidence
from ..core.payments.disputes.list_disputes import ListDisputes
from ..core.payments.disputes.recheck_dispute import RecheckDispute
from ..core.payments.disputes.record_dispute import RecordDispute
from ..core.payments.disputes.submit_evidence import SubmitEvidence
from ..core.payments.disputes.view_dispute import ViewDispute
from ..core.payments.patience import Patience
from ..ports.language.consumers import Consumer
from ..ports.language.events import DisputeCheckDue
from ..ports.language.messages import Queue
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .dispute_desk import dispute_desk_of
from .payment_parts import PaymentParts
from .router import Router


@dataclass(frozen=True, slots=True)
class DisputesUseCases:
    """The use cases of disputes, which belong to the payments context."""

    follow_dispute: FollowDispute
    recheck_dispute: RecheckDispute
    find_disputes: FindDisputes
    check_disputes: CheckDisputes
    list_disputes: ListDisputes
    view_dispute: ViewDispute
    submit_evidence: SubmitEvidence
    accept_dispute: AcceptDispute


def disputes_use_cases(
    adapters: Adapters, parts: PaymentParts, rules: MarketRules, patience: Patience
) -> DisputesUseCases:
    """Return the use cases of disputes."""
    store, clock = adapters.store, adapters.clock
    transaction, disputes = store.transaction, store.disputes
    desk = dispute_desk_of(adapters.payment_provider)
    record_dispute = _record_dispute(adapters, parts)
    gather_evidence = GatherEvidence(
        orders=store.orders,
        destinations=store.destinations,
        products=store.products,
        tasks=store.authentication_tasks,
        review_photos=store.review_photos,
        users=store.users,
        currency=rules.money,
    )
    answer = AnswerDispute(
        transaction=transaction,
        disputes=disputes,
        orders=store.orders,
        audit_log=store.audit_log,
        record_dispute=record_dispute,
    )
    follow_dispute = FollowDispute(desk, record_dispute, patience)
    return DisputesUseCases(
        follow_dispute=follow_dispute,
        recheck_dispute=RecheckDispute(follow_dispute),
        find_disputes=FindDisputes(desk, record_dispute, patience, clock),
        check_disputes=CheckDisputes(
            transaction=transaction, disputes=disputes, outbox=store.outbox, clock=clock
        ),
        list_disputes=ListDisputes(disputes),
        view_dispute=ViewDispute(answer, gather_evidence),
        submit_evidence=SubmitEvidence(
            transaction=transaction,
            answer=answer,
            gather_evidence=gather_evidence,
            disputes=disputes,
            desk=desk,
            patience=patience,
            clock=clock,
        ),
        accept_dispute=AcceptDispute(answer, desk, patience),
    )


def disputes_routes(disputes: DisputesUseCases) -> tuple[Consumer, ...]:
    """Return the routes of disputes. Webhooks about them are hints (`hints.py`)."""
    ask = partial(Router(Queue.TRADE).persistent, Queue.REFUNDS)
    return (ask(DisputeCheckDue, "disputes.recheck_dispute", disputes.recheck_dispute),)


def _record_dispute(adapters: Adapters, parts: PaymentParts) -> RecordDispute:
    store, clock = adapters.store, adapters.clock
    bear_loss = BearLoss(
        payments=store.payments,
        ledger=store.ledger,
        lock_trade=parts.lock_trade,
        outbox=store.outbox,
        clock=clock,
    )
    return RecordDispute(
        transaction=store.transaction,
        disputes=store.disputes,
        payments=store.payments,
        ledger=store.ledger,
        lock_trade=parts.lock_trade,
        bear_loss=bear_loss,
        alarms=store.alarms,
        irregularities=parts.irregularities,
        outbox=store.outbox,
        clock=clock,
        ids=adapters.ids,
    )
