"""The payments context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass
from datetime import timedelta

from ..core.payments.charges.abandon_payment import AbandonPayment
from ..core.payments.charges.charge_buyer import ChargeBuyer
from ..core.payments.charges.forgive_declines import ForgiveDeclines
from ..core.payments.charges.view_payments import ViewPayments
from ..core.payments.charges.view_receipt import ViewReceipt
from ..core.payments.levels.record_completed_sale import RecordCompletedSale
from ..core.payments.levels.take_back_sale import TakeBackSale
from ..core.payments.levels.view_seller_levels import ViewSellerLevels
from ..core.payments.list_ledger_lines import ListLedgerLines
from ..core.payments.list_order_entries import ListOrderEntries
from ..core.payments.list_suspense import ListSuspense
from ..core.payments.patience import Patience
from ..core.payments.payouts.list_payouts import ListPayouts
from ..core.payments.payouts.pay_early import PayEarly
from ..core.payments.payouts.pay_out_again import PayOutAgain
from ..core.payments.payouts.pay_seller import PaySeller
from ..core.payments.payouts.retry_payouts import RetryPayouts
from ..core.payments.penalise_seller import PenaliseSeller
from ..core.payments.reconciliation.check_solvency import CheckSolvency
from ..core.payments.reconciliation.reconcile import Reconcile
from ..core.payments.refunds.bear_shortfall import BearShortfall
from ..core.payments.refunds.failed_refunds import FailedRefunds
from ..core.payments.refunds.refund_buyer import RefundBuyer
from ..core.payments.refunds.refund_otherwise import RefundOtherwise
from ..core.payments.refunds.settle_refund import SettleRefund
from ..core.payments.reverse_penalty import ReversePenalty
from ..core.payments.view_balance import ViewBalance
from ..core.payments.webhooks.forget_received_webhooks import ForgetReceivedWebhooks
from ..core.payments.webhooks.handle_webhook import HandleWebhook
from ..core.payments.webhooks.list_webhooks import ListWebhooks
from ..core.payments.webhooks.receive_webhook import ReceiveWebhook
from ..core.payments.webhooks.replay_webhook import ReplayWebhook
from ..core.payments.write_off_debt import WriteOffDebt
from ..core.payments.write_off_suspense import WriteOffSuspense
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .payment_parts import PaymentParts
from .reconciliation import reconcile_of


@dataclass(frozen=True, slots=True)
class PaymentsUseCases:
    """The use cases of the payments context."""

    charge_buyer: ChargeBuyer
    abandon_payment: AbandonPayment
    forgive_declines: ForgiveDeclines
    refund_buyer: RefundBuyer
    penalise_seller: PenaliseSeller
    pay_seller: PaySeller
    pay_early: PayEarly
    retry_payouts: RetryPayouts
    write_off_debt: WriteOffDebt
    bear_shortfall: BearShortfall
    write_off_suspense: WriteOffSuspense
    take_back_sale: TakeBackSale
    reverse_penalty: ReversePenalty
    pay_out_again: PayOutAgain
    record_completed_sale: RecordCompletedSale
    receive_webhook: ReceiveWebhook
    replay_webhook: ReplayWebhook
    list_webhooks: ListWebhooks
    forget_received_webhooks: ForgetReceivedWebhooks
    handle_webhook: HandleWebhook
    reconcile: Reconcile
    settle_refund: SettleRefund
    refund_otherwise: RefundOtherwise
    check_solvency: CheckSolvency
    view_receipt: ViewReceipt
    view_payments: ViewPayments
    list_ledger_lines: ListLedgerLines
    list_order_entries: ListOrderEntries
    view_balance: ViewBalance
    list_payouts: ListPayouts
    list_suspense: ListSuspense
    view_seller_levels: ViewSellerLevels


def payments_use_cases(
    adapters: Adapters,
    parts: PaymentParts,
    rules: MarketRules,
    patience: Patience,
    webhook_body_life: timedelta,
    reconcile_hour: int,
) -> PaymentsUseCases:
    """Return the use cases of the payments context.

    The bodies of webhooks are forgotten when they are older than `webhook_body_life`.
    """
    store, clock, provider = adapters.store, adapters.clock, adapters.payment_provider
    transaction, payments, ledger = store.transaction, store.payments, store.ledger
    orders = store.orders
    handle_webhook = HandleWebhook(
        transaction=transaction,
        webhooks=store.webhooks,
        archive=store.webhook_archive,
        orders=orders,
        payments=payments,
        payouts=store.payouts,
        escrow=parts.escrow,
        record_refund=parts.record_refund,
        record_payout=parts.record_payout,
        suspense=parts.suspense,
        irregularities=parts.irregularities,
        outbox=store.outbox,
        clock=clock,
    )
    return PaymentsUseCases(
        charge_buyer=ChargeBuyer(
            transaction=transaction,
            payments=payments,
            payment_accounts=store.payment_accounts,
            orders=store.orders,
            products=store.products,
            provider=provider,
            escrow=parts.escrow,
            end_charge=parts.end_charge,
            clock=clock,
            rules=rules,
            patience=patience,
        ),
        forgive_declines=ForgiveDeclines(
            transaction=transaction,
            users=store.users,
            declines=store.declines,
            audit_log=store.audit_log,
            clock=clock,
        ),
        abandon_payment=AbandonPayment(
            transaction=transaction,
            payments=payments,
            deadlines=store.deadlines,
            outbox=store.outbox,
            provider=provider,
            escrow=parts.escrow,
            clock=clock,
            rules=rules,
            patience=patience,
        ),
        refund_buyer=RefundBuyer(
            transaction=transaction,
            payments=payments,
            payouts=store.payouts,
            deadlines=store.deadlines,
            payables=parts.payables,
            record_refund=parts.record_refund,
            provider=provider,
            escrow=parts.escrow,
            end_charge=parts.end_charge,
            clock=clock,
            patience=patience,
        ),
        penalise_seller=PenaliseSeller(
            transaction=transaction, orders=orders, ledger=ledger, clock=clock, rules=rules
        ),
        reverse_penalty=ReversePenalty(
            transaction=transaction,
            orders=orders,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            ledger=ledger,
            payables=parts.payables,
            outbox=store.outbox,
            clock=clock,
        ),
        write_off_debt=WriteOffDebt(
            transaction=transaction,
            users=store.users,
            ledger=ledger,
            audit_log=store.audit_log,
            clock=clock,
            ids=adapters.ids,
        ),
        bear_shortfall=BearShortfall(
            transaction=transaction,
            orders=orders,
            payments=payments,
            payouts=store.payouts,
            ledger=ledger,
            alarms=store.alarms,
            audit_log=store.audit_log,
            outbox=store.outbox,
            clock=clock,
        ),
        write_off_suspense=WriteOffSuspense(
            transaction=transaction,
            ledger=ledger,
            audit_log=store.audit_log,
            clock=clock,
            ids=adapters.ids,
        ),
        pay_out_again=PayOutAgain(
            transaction=transaction,
            orders=orders,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            audit_log=store.audit_log,
            outbox=store.outbox,
            clock=clock,
            rules=rules,
        ),
        pay_seller=PaySeller(
            transaction=transaction,
            orders=orders,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            ledger=ledger,
            payables=parts.payables,
            irregularities=parts.irregularities,
            seller_accounts=adapters.seller_accounts,
            patience=patience,
            clock=clock,
        ),
        pay_early=PayEarly(
            transaction=transaction,
            orders=orders,
            seller_records=store.seller_records,
            outbox=store.outbox,
            clock=clock,
            rules=rules,
        ),
        retry_payouts=RetryPayouts(
            transaction=transaction,
            orders=orders,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            payables=parts.payables,
        ),
        record_completed_sale=RecordCompletedSale(
            transaction=transaction, seller_records=store.seller_records
        ),
        take_back_sale=TakeBackSale(transaction=transaction, seller_records=store.seller_records),
        receive_webhook=ReceiveWebhook(
            transaction=transaction,
            provider=provider,
            webhooks=store.webhooks,
            archive=store.webhook_archive,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
        ),
        replay_webhook=ReplayWebhook(
            transaction=transaction,
            provider=provider,
            webhooks=store.webhooks,
            archive=store.webhook_archive,
            outbox=store.outbox,
            audit_log=store.audit_log,
        ),
        list_webhooks=ListWebhooks(archive=store.webhook_archive),
        forget_received_webhooks=ForgetReceivedWebhooks(
            transaction=transaction,
            archive=store.webhook_archive,
            clock=clock,
            life=webhook_body_life,
        ),
        handle_webhook=handle_webhook,
        settle_refund=SettleRefund(
            transaction=transaction,
            provider=provider,
            handle_webhook=handle_webhook,
            failed_refunds=FailedRefunds(
                transaction=transaction,
                lock_trade=parts.lock_trade,
                payments=payments,
                ledger=ledger,
                reverse_shortfalls=parts.reverse_shortfalls,
                beyond_charge=parts.beyond_charge,
                suspense=parts.suspense,
                irregularities=parts.irregularities,
                outbox=store.outbox,
                clock=clock,
            ),
            patience=patience,
        ),
        refund_otherwise=RefundOtherwise(
            transaction=transaction,
            lock_trade=parts.lock_trade,
            payments=payments,
            disputes=store.disputes,
            ledger=ledger,
            audit_log=store.audit_log,
            outbox=store.outbox,
            clock=clock,
        ),
        reconcile=reconcile_of(adapters, rules, patience, reconcile_hour),
        check_solvency=CheckSolvency(ledger=ledger, provider=provider, patience=patience),
        view_receipt=ViewReceipt(
            orders=orders, payments=payments, provider=provider, patience=patience
        ),
        view_balance=ViewBalance(ledger=ledger),
        view_payments=ViewPayments(payments=payments),
        list_ledger_lines=ListLedgerLines(ledger=ledger),
        list_order_entries=ListOrderEntries(ledger=ledger),
        list_payouts=ListPayouts(payouts=store.payouts),
        list_suspense=ListSuspense(ledger=ledger),
        view_seller_levels=ViewSellerLevels(
            seller_records=store.seller_records, clock=clock, rules=rules
        ),
    )
