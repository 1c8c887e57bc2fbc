"""What use cases of payments and disputes share: what records charges, refunds and payouts."""

from dataclasses import dataclass

from ..core.payments.charges.end_charge import EndCharge
from ..core.payments.charges.escrow import Escrow
from ..core.payments.irregularities import Irregularities
from ..core.payments.lock_trade import LockTrade
from ..core.payments.patience import Patience
from ..core.payments.payouts.payables import Payables
from ..core.payments.payouts.record_payout import RecordPayout
from ..core.payments.payouts.returned_payouts import ReturnedPayouts
from ..core.payments.refunds.beyond_charge import BeyondCharge
from ..core.payments.refunds.record_refund import RecordRefund
from ..core.payments.refunds.reverse_shortfalls import ReverseShortfalls
from ..core.payments.refunds.set_off import SetOff
from ..core.payments.suspense import Suspense
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .charges import build_end_charge, build_escrow


@dataclass(frozen=True, slots=True)
class PaymentParts:
    """The parts that the use cases of payments and disputes share."""

    lock_trade: LockTrade
    irregularities: Irregularities
    suspense: Suspense
    escrow: Escrow
    end_charge: EndCharge
    set_off: SetOff
    record_payout: RecordPayout
    payables: Payables
    record_refund: RecordRefund
    reverse_shortfalls: ReverseShortfalls
    beyond_charge: BeyondCharge


def payment_parts(adapters: Adapters, rules: MarketRules, patience: Patience) -> PaymentParts:
    """Return the shared parts."""
    store, clock, provider = adapters.store, adapters.clock, adapters.payment_provider
    transaction, payments, ledger = store.transaction, store.payments, store.ledger
    orders = store.orders
    irregularities = Irregularities(outbox=store.outbox, currency=rules.money)
    returned_payouts = ReturnedPayouts(ledger=ledger, clock=clock)
    suspense = Suspense(
        ledger=ledger,
        returned_payouts=returned_payouts,
        irregularities=irregularities,
        clock=clock,
    )
    escrow = build_escrow(adapters, rules, suspense, irregularities)
    set_off = SetOff(
        orders=orders, payments=payments, payouts=store.payouts, ledger=ledger, clock=clock
    )
    lock_trade = LockTrade(orders=orders, payments=payments, payouts=store.payouts)
    record_payout = RecordPayout(
        transaction=transaction,
        lock_trade=lock_trade,
        payouts=store.payouts,
        ledger=ledger,
        webhooks=store.webhooks,
        suspense=suspense,
        set_off=set_off,
        returned_payouts=returned_payouts,
        irregularities=irregularities,
        outbox=store.outbox,
        clock=clock,
    )
    payables = Payables(
        transaction=transaction,
        payouts=store.payouts,
        lock_trade=lock_trade,
        provider=provider,
        record_payout=record_payout,
        set_off=set_off,
        outbox=store.outbox,
        patience=patience,
    )
    reverse_shortfalls = ReverseShortfalls(ledger, irregularities, clock)
    beyond_charge = BeyondCharge(store.disputes, ledger, clock)
    record_refund = RecordRefund(
        transaction=transaction,
        lock_trade=lock_trade,
        payments=payments,
        disputes=store.disputes,
        ledger=ledger,
        set_off=set_off,
        reverse_shortfalls=reverse_shortfalls,
        beyond_charge=beyond_charge,
        irregularities=irregularities,
        outbox=store.outbox,
        clock=clock,
    )
    return PaymentParts(
        lock_trade=lock_trade,
        irregularities=irregularities,
        suspense=suspense,
        escrow=escrow,
        end_charge=build_end_charge(adapters, escrow, patience),
        set_off=set_off,
        record_payout=record_payout,
        payables=payables,
        record_refund=record_refund,
        reverse_shortfalls=reverse_shortfalls,
        beyond_charge=beyond_charge,
    )
