"""Hands the use cases their ports in the contexts of the trade, in sight of the type checker."""

from ..core.authentication.cancel_task import CancelTask
from ..core.authentication.claim_task import ClaimTask
from ..core.authentication.give_verdict import GiveVerdict
from ..core.authentication.open_task import OpenTask
from ..core.authentication.receive_item import ReceiveItem
from ..core.bidding.cancel_quote import CancelQuote
from ..core.bidding.carry_out_halt import CarryOutHalt
from ..core.bidding.carry_out_halt_end import CarryOutHaltEnd
from ..core.bidding.carry_out_withdrawal import CarryOutWithdrawal
from ..core.bidding.expire_quotes import ExpireQuotes
from ..core.bidding.matching_engine import MatchingEngine
from ..core.bidding.outcomes import Outcomes
from ..core.bidding.place_ask import PlaceAsk
from ..core.bidding.place_bid import PlaceBid
from ..core.bidding.reprice_quote import RepriceQuote
from ..core.bidding.request_halt import RequestHalt
from ..core.bidding.request_halt_end import RequestHaltEnd
from ..core.bidding.request_withdrawal import RequestWithdrawal
from ..core.bidding.unwind_match import UnwindMatch
from ..core.bidding.view_quote import ViewQuote
from ..core.bidding.withdraw_of_suspended import WithdrawOfSuspended
from ..core.catalog.consume_stock import ConsumeStock
from ..core.catalog.create_product import CreateProduct
from ..core.catalog.edit_product import EditProduct
from ..core.catalog.refresh_product import RefreshProduct
from ..core.catalog.release_stock import ReleaseStock
from ..core.catalog.reserve_stock import ReserveStock
from ..core.orders.cancel_order import CancelOrder
from ..core.orders.confirm_delivery import ConfirmDelivery
from ..core.orders.continue_saga import ContinueSaga
from ..core.orders.dispatch_pair import DispatchPair
from ..core.orders.extend_shipment import ExtendShipment
from ..core.orders.meet_deadline import MeetDeadline
from ..core.orders.progress import Progress
from ..core.orders.receive_pair import ReceivePair
from ..core.orders.ship_pair import ShipPair
from ..core.orders.view_order import ViewOrder
from ..core.payments.abandon_payment import AbandonPayment
from ..core.payments.charge_buyer import ChargeBuyer
from ..core.payments.check_solvency import CheckSolvency
from ..core.payments.escrow import Escrow
from ..core.payments.handle_webhook import HandleWebhook
from ..core.payments.patience import Patience
from ..core.payments.pay_seller import PaySeller
from ..core.payments.payables import Payables
from ..core.payments.penalise_seller import PenaliseSeller
from ..core.payments.preview_trades import PreviewTrades
from ..core.payments.quote_fees import QuoteFees
from ..core.payments.receive_webhook import ReceiveWebhook
from ..core.payments.record_completed_sale import RecordCompletedSale
from ..core.payments.refund_buyer import RefundBuyer
from ..core.payments.retry_payouts import RetryPayouts
from ..core.payments.view_balance import ViewBalance
from ..core.users.add_address import AddAddress
from ..core.users.authenticate_request import AuthenticateRequest
from ..core.users.edit_profile import EditProfile
from ..core.users.refresh_session import RefreshSession
from ..core.users.register_user import RegisterUser
from ..core.users.remove_address import RemoveAddress
from ..core.users.set_payment_method import SetPaymentMethod
from ..core.users.set_payout_account import SetPayoutAccount
from ..core.users.set_roles import SetRoles
from ..core.users.set_suspension import SetSuspension
from ..core.users.sign_in import SignIn
from ..core.users.sign_out import SignOut
from ..core.users.token_lifetimes import TokenLifetimes
from ..ports.language.rules import MarketRules
from ..ports.payments import FeeSchedule
from .adapters import Adapters
from .application import (
    AuthenticationUseCases,
    BiddingUseCases,
    CatalogUseCases,
    OrdersUseCases,
    PaymentsUseCases,
    UsersUseCases,
)


def fee_schedule(adapters: Adapters, rules: MarketRules) -> FeeSchedule:
    """Return what answers orders and traders on fees."""
    records = adapters.store.seller_records
    return QuoteFees(seller_records=records, clock=adapters.clock, rules=rules)


def users_use_cases(adapters: Adapters, lifetimes: TokenLifetimes) -> UsersUseCases:
    """Return what the users context does."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    transaction, users = store.transaction, store.users
    return UsersUseCases(
        register_user=RegisterUser(
            transaction=transaction,
            users=users,
            outbox=store.outbox,
            passwords=adapters.passwords,
            clock=clock,
            ids=ids,
        ),
        sign_in=SignIn(
            transaction=transaction,
            users=users,
            sessions=store.sessions,
            passwords=adapters.passwords,
            access_tokens=adapters.access_tokens,
            randomness=adapters.randomness,
            clock=clock,
            ids=ids,
            lifetimes=lifetimes,
        ),
        refresh_session=RefreshSession(
            transaction=transaction,
            users=users,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            access_tokens=adapters.access_tokens,
            randomness=adapters.randomness,
            clock=clock,
            lifetimes=lifetimes,
        ),
        sign_out=SignOut(
            transaction=transaction,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            clock=clock,
            lifetimes=lifetimes,
        ),
        authenticate_request=AuthenticateRequest(
            access_tokens=adapters.access_tokens, revoked_sessions=adapters.revoked_sessions
        ),
        edit_profile=EditProfile(transaction=transaction, users=users),
        add_address=AddAddress(
            transaction=transaction, users=users, addresses=store.addresses, clock=clock, ids=ids
        ),
        remove_address=RemoveAddress(transaction=transaction, addresses=store.addresses),
        set_payment_method=SetPaymentMethod(transaction=transaction, users=users),
        set_payout_account=SetPayoutAccount(
            transaction=transaction, users=users, outbox=store.outbox
        ),
        set_roles=SetRoles(
            transaction=transaction,
            users=users,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            clock=clock,
            lifetimes=lifetimes,
            audit_log=store.audit_log,
        ),
        set_suspension=SetSuspension(
            transaction=transaction,
            users=users,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
    )


def catalog_use_cases(adapters: Adapters, rules: MarketRules) -> CatalogUseCases:
    """Return what the catalog context does."""
    store, clock = adapters.store, adapters.clock
    transaction = store.transaction
    return CatalogUseCases(
        create_product=CreateProduct(
            transaction=transaction,
            products=store.products,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
            rules=rules,
            audit_log=store.audit_log,
        ),
        edit_product=EditProduct(
            transaction=transaction,
            products=store.products,
            outbox=store.outbox,
            rules=rules,
            audit_log=store.audit_log,
        ),
        refresh_product=RefreshProduct(product_cache=adapters.product_cache),
        reserve_stock=ReserveStock(
            transaction=transaction, stock=store.stock, outbox=store.outbox, clock=clock
        ),
        release_stock=ReleaseStock(transaction=transaction, stock=store.stock, clock=clock),
        consume_stock=ConsumeStock(transaction=transaction, stock=store.stock),
    )


def bidding_use_cases(
    adapters: Adapters, rules: MarketRules, engine: MatchingEngine
) -> BiddingUseCases:
    """Return what the bidding context does."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    view_quote = ViewQuote(quotes=store.quotes)
    outcomes = Outcomes(transaction=store.transaction, audit_log=store.audit_log)
    return BiddingUseCases(
        place_bid=PlaceBid(
            traders=store.traders,
            products=store.products,
            quotes=store.quotes,
            matching=engine,
            ids=ids,
            clock=clock,
            rules=rules,
        ),
        place_ask=PlaceAsk(
            traders=store.traders,
            products=store.products,
            quotes=store.quotes,
            matching=engine,
            ids=ids,
            clock=clock,
            rules=rules,
        ),
        reprice_quote=RepriceQuote(
            view_quote=view_quote,
            traders=store.traders,
            matching=engine,
            clock=clock,
            rules=rules,
        ),
        cancel_quote=CancelQuote(view_quote=view_quote, matching=engine),
        view_quote=view_quote,
        expire_quotes=ExpireQuotes(quotes=store.quotes, matching=engine, clock=clock),
        unwind_match=UnwindMatch(matching=engine),
        request_withdrawal=RequestWithdrawal(
            transaction=store.transaction,
            quotes=store.quotes,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
        carry_out_withdrawal=CarryOutWithdrawal(matching=engine, outcomes=outcomes),
        withdraw_of_suspended=WithdrawOfSuspended(
            traders=store.traders, matching=engine, outcomes=outcomes
        ),
        request_halt=RequestHalt(
            transaction=store.transaction,
            products=store.products,
            audit_log=store.audit_log,
            outbox=store.outbox,
            ids=ids,
        ),
        carry_out_halt=CarryOutHalt(matching=engine, outcomes=outcomes, clock=clock),
        request_halt_end=RequestHaltEnd(
            transaction=store.transaction,
            halts=store.halts,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
        carry_out_halt_end=CarryOutHaltEnd(matching=engine, outcomes=outcomes),
    )


def orders_use_cases(adapters: Adapters, rules: MarketRules) -> OrdersUseCases:
    """Return what the orders context does."""
    store, clock = adapters.store, adapters.clock
    transaction, orders = store.transaction, store.orders
    view_order = ViewOrder(orders=orders)
    progress = Progress(
        orders=orders, deadlines=store.deadlines, outbox=store.outbox, clock=clock, rules=rules
    )
    return OrdersUseCases(
        view_order=view_order,
        ship_pair=ShipPair(transaction=transaction, view_order=view_order, progress=progress),
        extend_shipment=ExtendShipment(
            transaction=transaction, view_order=view_order, progress=progress, rules=rules
        ),
        receive_pair=ReceivePair(transaction=transaction, view_order=view_order, progress=progress),
        dispatch_pair=DispatchPair(
            transaction=transaction, view_order=view_order, progress=progress
        ),
        confirm_delivery=ConfirmDelivery(
            transaction=transaction, view_order=view_order, progress=progress
        ),
        cancel_order=CancelOrder(transaction=transaction, view_order=view_order, progress=progress),
        continue_saga=ContinueSaga(
            transaction=transaction,
            orders=orders,
            outbox=store.outbox,
            progress=progress,
            clock=clock,
            rules=rules,
        ),
        meet_deadline=MeetDeadline(
            transaction=transaction,
            orders=orders,
            deadlines=store.deadlines,
            outbox=store.outbox,
            progress=progress,
            clock=clock,
        ),
    )


def payments_use_cases(
    adapters: Adapters, rules: MarketRules, patience: Patience
) -> PaymentsUseCases:
    """Return what the payments context does."""
    store, clock, gateway = adapters.store, adapters.clock, adapters.payment_gateway
    transaction, payments, ledger = store.transaction, store.payments, store.ledger
    escrow = Escrow(
        transaction=transaction,
        payments=payments,
        ledger=ledger,
        deadlines=store.deadlines,
        outbox=store.outbox,
        clock=clock,
        rules=rules,
    )
    payables = Payables(
        transaction=transaction,
        payouts=store.payouts,
        ledger=ledger,
        gateway=gateway,
        outbox=store.outbox,
        clock=clock,
    )
    return PaymentsUseCases(
        charge_buyer=ChargeBuyer(
            transaction=transaction,
            payments=payments,
            payment_accounts=store.payment_accounts,
            orders=store.orders,
            gateway=gateway,
            escrow=escrow,
            clock=clock,
            rules=rules,
            patience=patience,
        ),
        abandon_payment=AbandonPayment(
            transaction=transaction,
            payments=payments,
            deadlines=store.deadlines,
            outbox=store.outbox,
            gateway=gateway,
            escrow=escrow,
            clock=clock,
            rules=rules,
            patience=patience,
        ),
        refund_buyer=RefundBuyer(
            transaction=transaction,
            payments=payments,
            gateway=gateway,
            escrow=escrow,
            clock=clock,
            patience=patience,
        ),
        penalise_seller=PenaliseSeller(
            transaction=transaction, ledger=ledger, clock=clock, rules=rules
        ),
        pay_seller=PaySeller(
            transaction=transaction,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            ledger=ledger,
            payables=payables,
            clock=clock,
        ),
        retry_payouts=RetryPayouts(
            transaction=transaction,
            payouts=store.payouts,
            payment_accounts=store.payment_accounts,
            payables=payables,
        ),
        record_completed_sale=RecordCompletedSale(
            transaction=transaction, seller_records=store.seller_records
        ),
        receive_webhook=ReceiveWebhook(
            transaction=transaction,
            gateway=gateway,
            webhooks=store.webhooks,
            outbox=store.outbox,
        ),
        handle_webhook=HandleWebhook(webhooks=store.webhooks, escrow=escrow, payables=payables),
        check_solvency=CheckSolvency(ledger=ledger, gateway=gateway),
        preview_trades=PreviewTrades(fees=fee_schedule(adapters, rules), rules=rules),
        view_balance=ViewBalance(ledger=ledger),
    )


def authentication_use_cases(adapters: Adapters, rules: MarketRules) -> AuthenticationUseCases:
    """Return what the authentication context does."""
    store, clock = adapters.store, adapters.clock
    transaction, tasks = store.transaction, store.authentication_tasks
    return AuthenticationUseCases(
        open_task=OpenTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, ids=adapters.ids
        ),
        receive_item=ReceiveItem(transaction=transaction, authentication_tasks=tasks, clock=clock),
        cancel_task=CancelTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, ids=adapters.ids
        ),
        claim_task=ClaimTask(
            transaction=transaction, authentication_tasks=tasks, clock=clock, rules=rules
        ),
        give_verdict=GiveVerdict(
            transaction=transaction, authentication_tasks=tasks, outbox=store.outbox, clock=clock
        ),
    )
