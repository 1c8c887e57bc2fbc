"""Answer a dispute: with evidence, or by giving it up."""

from dataclasses import dataclass, replace

from ....ports.audit_log import AuditLog
from ....ports.authentication_tasks import AuthenticationTasks
from ....ports.clock import Clock
from ....ports.dispute_desk import DisputeDesk
from ....ports.disputes import Disputes
from ....ports.language.audit import (
    Act,
    AuditAction,
    Fact,
    Reason,
    Target,
    TargetKind,
    parse_reason,
)
from ....ports.language.currencies import Currency
from ....ports.language.disputes import Dispute, Evidence, ReportedDispute
from ....ports.language.errors import DisputeNotOpen
from ....ports.language.ids import DisputeId, OrderId
from ....ports.language.staff import check_no_party, check_role
from ....ports.language.text import check_text
from ....ports.language.users import Actor, Role
from ....ports.orders import Destinations, Orders
from ....ports.products import Products
from ....ports.transaction import Transaction
from ....ports.users import Users
from ..patience import Patience
from .compose_evidence import TradeFacts, compose_evidence
from .record_dispute import RecordDispute

_MAX_REMARK = 5_000


@dataclass(frozen=True, slots=True)
class GatherEvidence:
    """Reads what the exchange has of a trade, for the bank."""

    orders: Orders
    destinations: Destinations
    products: Products
    tasks: AuthenticationTasks
    users: Users
    currency: Currency

    async def __call__(self, order_id: OrderId | None, remark: str) -> Evidence:
        """Return the evidence; of a charge for no known order it is the remark alone."""
        if order_id is None:
            return Evidence(text=remark)
        order = await self.orders.get(order_id)
        facts = TradeFacts(
            order=order,
            history=tuple(await self.orders.history(order_id)),
            product=await self.products.get(order.book.product_id),
            task=await self.tasks.find_by_order(order_id),
            buyer=await self.users.get(order.buyer_id),
            destination=await self.destinations.find(order_id),
        )
        return compose_evidence(facts, self.currency, remark)


@dataclass(frozen=True, slots=True)
class AnswerDispute:
    """Checks who may answer a dispute, and records the answer and its reason."""

    disputes: Disputes
    orders: Orders
    audit_log: AuditLog
    record_dispute: RecordDispute

    async def check(self, actor: Actor, dispute_id: DisputeId, action: str) -> Dispute:
        """Return the dispute. Raises Forbidden, NotFound, PartyToTheOrder."""
        check_role(actor, Role.ADMIN, action)
        dispute = await self.disputes.get(dispute_id)
        if dispute.order_id is not None:
            order = await self.orders.get(dispute.order_id)
            check_no_party(actor, order.id, buyer_id=order.buyer_id, seller_id=order.seller_id)
        return dispute

    async def note(
        self,
        actor: Actor,
        report: ReportedDispute,
        action: AuditAction,
        why: Reason,
        facts: dict[str, Fact],
    ) -> Dispute:
        """Record the provider's answer with the entry in the audit log. It needs a transaction."""
        dispute = await self.record_dispute(report)
        await self.audit_log.add(
            Act(
                actor_id=actor.user_id,
                action=action,
                target=Target(TargetKind.DISPUTE, dispute.id),
                reason=why,
                facts={"name": dispute.name, "amount": dispute.amount, **facts},
            )
        )
        return dispute


@dataclass(frozen=True, slots=True)
class SubmitEvidence:
    """An admin hands the evidence for a dispute to the bank, once.

    It is composed of what the exchange has: the order, the examination with its photos, the parcel
    and the delivery. An admin can add a remark. The audit log has the reason and which texts were
    given, and not the texts, which have the buyer's name and address.
    """

    transaction: Transaction
    answer: AnswerDispute
    gather_evidence: GatherEvidence
    disputes: Disputes
    desk: DisputeDesk
    patience: Patience
    clock: Clock

    async def __call__(
        self, actor: Actor, dispute_id: DisputeId, *, reason: str, remark: str = ""
    ) -> Dispute:
        """Return the dispute.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, DisputeNotOpen, and Unavailable,
        after which the same can be asked again.
        """
        why = parse_reason(reason)
        dispute = await self.answer.check(actor, dispute_id, "submit evidence")
        if remark:
            remark = check_text("remark", remark, max_length=_MAX_REMARK)
        if dispute.submitted_at is not None:
            raise DisputeNotOpen(name=dispute.name, status=dispute.status)
        evidence = await self.gather_evidence(dispute.order_id, remark)
        report = await self.patience.wait_for(self.desk.submit(dispute.name, evidence))
        async with self.transaction():
            facts: dict[str, Fact] = {"texts": tuple(sorted(evidence.given()))}
            action = AuditAction.EVIDENCE_SUBMITTED
            dispute = await self.answer.note(actor, report, action, why, facts)
            dispute = replace(dispute, submitted_at=self.clock.now())
            await self.disputes.save(dispute)
        return dispute


@dataclass(frozen=True, slots=True)
class AcceptDispute:
    """An admin gives a dispute up, because the buyer is right: it is lost at once."""

    transaction: Transaction
    answer: AnswerDispute
    desk: DisputeDesk
    patience: Patience

    async def __call__(self, actor: Actor, dispute_id: DisputeId, *, reason: str) -> Dispute:
        """Return the dispute.

        Raises Forbidden, InvalidText, NotFound, PartyToTheOrder, DisputeNotOpen, and Unavailable,
        after which the same can be asked again.
        """
        why = parse_reason(reason)
        dispute = await self.answer.check(actor, dispute_id, "give up a dispute")
        report = await self.patience.wait_for(self.desk.accept(dispute.name))
        async with self.transaction():
            action = AuditAction.DISPUTE_ACCEPTED
            return await self.answer.note(actor, report, action, why, {})
