"""The application: every use case, built once from one adapter for each port."""

from dataclasses import dataclass

from ..core.analytics.record_sale import RecordSale
from ..core.analytics.view_candles import ViewCandles
from ..core.analytics.view_statistics import ViewStatistics
from ..core.analytics.void_sale import VoidSale
from ..core.authentication.cancel_task import CancelTask
from ..core.authentication.claim_task import ClaimTask
from ..core.authentication.give_verdict import GiveVerdict
from ..core.authentication.open_task import OpenTask
from ..core.authentication.receive_item import ReceiveItem
from ..core.bidding.admission import Admission
from ..core.bidding.adopt_rules import AdoptRules
from ..core.bidding.apply_rules import ApplyRules
from ..core.bidding.cancel_quote import CancelQuote
from ..core.bidding.carry_out_halt import CarryOutHalt
from ..core.bidding.carry_out_halt_end import CarryOutHaltEnd
from ..core.bidding.carry_out_withdrawal import CarryOutWithdrawal
from ..core.bidding.compare_rules import CompareRules
from ..core.bidding.expire_quotes import ExpireQuotes
from ..core.bidding.list_quotes import ListQuotes
from ..core.bidding.matching_engine import MatchingEngine
from ..core.bidding.note_suspension import NoteSuspension
from ..core.bidding.place_ask import PlaceAsk
from ..core.bidding.place_bid import PlaceBid
from ..core.bidding.reprice_quote import RepriceQuote
from ..core.bidding.request_halt import RequestHalt
from ..core.bidding.request_halt_end import RequestHaltEnd
from ..core.bidding.request_withdrawal import RequestWithdrawal
from ..core.bidding.unwind_match import UnwindMatch
from ..core.bidding.view_quote import ViewQuote
from ..core.bidding.withdraw_of_barred import WithdrawOfBarred
from ..core.bidding.withdraw_of_suspended import WithdrawOfSuspended
from ..core.catalog.consume_stock import ConsumeStock
from ..core.catalog.create_product import CreateProduct
from ..core.catalog.edit_product import EditProduct
from ..core.catalog.refresh_product import RefreshProduct
from ..core.catalog.release_stock import ReleaseStock
from ..core.catalog.reserve_stock import ReserveStock
from ..core.notifications.deliver_notification import DeliverNotification
from ..core.notifications.mark_notification import MarkNotification
from ..core.notifications.notify import Notify
from ..core.notifications.set_notification_preferences import SetNotificationPreferences
from ..core.operations.await_outcome import AwaitOutcome
from ..core.operations.find_user import FindUser
from ..core.operations.record_alarm import RecordAlarm
from ..core.operations.replay_dead_letter import ReplayDeadLetter
from ..core.operations.resolve_alarm import ResolveAlarm
from ..core.orders.cancel_order import CancelOrder
from ..core.orders.complain import Complain
from ..core.orders.confirm_delivery import ConfirmDelivery
from ..core.orders.continue_saga import ContinueSaga
from ..core.orders.decide_complaint import DecideComplaint
from ..core.orders.dispatch_pair import DispatchPair
from ..core.orders.extend_shipment import ExtendShipment
from ..core.orders.freeze_payout import FreezePayout
from ..core.orders.meet_deadline import MeetDeadline
from ..core.orders.note_carrier_receipt import NoteCarrierReceipt
from ..core.orders.receive_pair import ReceivePair
from ..core.orders.refund_order import RefundOrder
from ..core.orders.release_payout import ReleasePayout
from ..core.orders.ship_pair import ShipPair
from ..core.orders.view_order import ViewOrder
from ..core.payments.abandon_payment import AbandonPayment
from ..core.payments.bear_shortfall import BearShortfall
from ..core.payments.charge_buyer import ChargeBuyer
from ..core.payments.check_solvency import CheckSolvency
from ..core.payments.forgive_declines import ForgiveDeclines
from ..core.payments.handle_webhook import HandleWebhook
from ..core.payments.pay_out_again import PayOutAgain
from ..core.payments.pay_seller import PaySeller
from ..core.payments.penalise_seller import PenaliseSeller
from ..core.payments.preview_trades import PreviewTrades
from ..core.payments.receive_webhook import ReceiveWebhook
from ..core.payments.record_completed_sale import RecordCompletedSale
from ..core.payments.refund_buyer import RefundBuyer
from ..core.payments.retry_payouts import RetryPayouts
from ..core.payments.reverse_penalty import ReversePenalty
from ..core.payments.take_back_sale import TakeBackSale
from ..core.payments.view_balance import ViewBalance
from ..core.payments.write_off_debt import WriteOffDebt
from ..core.payments.write_off_suspense import WriteOffSuspense
from ..core.price_alerts.report_drops import ReportDrops
from ..core.price_alerts.report_missed_drops import ReportMissedDrops
from ..core.price_alerts.unwatch_price import UnwatchPrice
from ..core.price_alerts.watch_price import WatchPrice
from ..core.search.index_product import IndexProduct
from ..core.search.reindex_products import ReindexProducts
from ..core.search.update_figures import UpdateFigures
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
from ..ports.language.notifications import Warehouse
from ..ports.language.rules import MarketRules
from .adapters import Adapters


@dataclass(frozen=True, slots=True)
class UsersUseCases:
    """What the users context does."""

    register_user: RegisterUser
    sign_in: SignIn
    refresh_session: RefreshSession
    sign_out: SignOut
    authenticate_request: AuthenticateRequest
    edit_profile: EditProfile
    add_address: AddAddress
    remove_address: RemoveAddress
    set_payment_method: SetPaymentMethod
    set_payout_account: SetPayoutAccount
    set_roles: SetRoles
    set_suspension: SetSuspension


@dataclass(frozen=True, slots=True)
class CatalogUseCases:
    """What the catalog context does."""

    create_product: CreateProduct
    edit_product: EditProduct
    refresh_product: RefreshProduct
    reserve_stock: ReserveStock
    release_stock: ReleaseStock
    consume_stock: ConsumeStock


@dataclass(frozen=True, slots=True)
class BiddingUseCases:
    """What the bidding context does."""

    place_bid: PlaceBid
    place_ask: PlaceAsk
    reprice_quote: RepriceQuote
    cancel_quote: CancelQuote
    view_quote: ViewQuote
    list_quotes: ListQuotes
    expire_quotes: ExpireQuotes
    unwind_match: UnwindMatch
    request_withdrawal: RequestWithdrawal
    carry_out_withdrawal: CarryOutWithdrawal
    withdraw_of_suspended: WithdrawOfSuspended
    note_suspension: NoteSuspension
    withdraw_of_barred: WithdrawOfBarred
    request_halt: RequestHalt
    carry_out_halt: CarryOutHalt
    request_halt_end: RequestHaltEnd
    carry_out_halt_end: CarryOutHaltEnd
    compare_rules: CompareRules
    adopt_rules: AdoptRules
    apply_rules: ApplyRules


@dataclass(frozen=True, slots=True)
class OrdersUseCases:
    """What the orders context does."""

    view_order: ViewOrder
    ship_pair: ShipPair
    extend_shipment: ExtendShipment
    receive_pair: ReceivePair
    dispatch_pair: DispatchPair
    confirm_delivery: ConfirmDelivery
    cancel_order: CancelOrder
    decide_complaint: DecideComplaint
    complain: Complain
    note_carrier_receipt: NoteCarrierReceipt
    release_payout: ReleasePayout
    freeze_payout: FreezePayout
    refund_order: RefundOrder
    continue_saga: ContinueSaga
    meet_deadline: MeetDeadline


@dataclass(frozen=True, slots=True)
class PaymentsUseCases:
    """What the payments context does."""

    charge_buyer: ChargeBuyer
    abandon_payment: AbandonPayment
    forgive_declines: ForgiveDeclines
    refund_buyer: RefundBuyer
    penalise_seller: PenaliseSeller
    pay_seller: PaySeller
    retry_payouts: RetryPayouts
    write_off_debt: WriteOffDebt
    bear_shortfall: BearShortfall
    write_off_suspense: WriteOffSuspense
    take_back_sale: TakeBackSale
    reverse_penalty: ReversePenalty
    pay_out_again: PayOutAgain
    record_completed_sale: RecordCompletedSale
    receive_webhook: ReceiveWebhook
    handle_webhook: HandleWebhook
    check_solvency: CheckSolvency
    preview_trades: PreviewTrades
    view_balance: ViewBalance


@dataclass(frozen=True, slots=True)
class AuthenticationUseCases:
    """What the authentication context does."""

    open_task: OpenTask
    receive_item: ReceiveItem
    cancel_task: CancelTask
    claim_task: ClaimTask
    give_verdict: GiveVerdict


@dataclass(frozen=True, slots=True)
class AnalyticsUseCases:
    """What the analytics context does."""

    record_sale: RecordSale
    void_sale: VoidSale
    view_candles: ViewCandles
    view_statistics: ViewStatistics


@dataclass(frozen=True, slots=True)
class SearchUseCases:
    """What the search context does."""

    index_product: IndexProduct
    update_figures: UpdateFigures
    reindex_products: ReindexProducts


@dataclass(frozen=True, slots=True)
class PriceAlertsUseCases:
    """What the price_alerts context does."""

    watch_price: WatchPrice
    unwatch_price: UnwatchPrice
    report_drops: ReportDrops
    report_missed_drops: ReportMissedDrops


@dataclass(frozen=True, slots=True)
class NotificationsUseCases:
    """What the notifications context does."""

    notify: Notify
    deliver_notification: DeliverNotification
    mark_notification: MarkNotification
    set_notification_preferences: SetNotificationPreferences


@dataclass(frozen=True, slots=True)
class OperationsUseCases:
    """What the operations context does."""

    record_alarm: RecordAlarm
    resolve_alarm: ResolveAlarm
    find_user: FindUser
    replay_dead_letter: ReplayDeadLetter
    await_outcome: AwaitOutcome


@dataclass(frozen=True, slots=True)
class Application:
    """Every use case by context, the engine, the admission of new offers, and the adapters.

    The adapters also serve plain reads.
    """

    users: UsersUseCases
    catalog: CatalogUseCases
    bidding: BiddingUseCases
    orders: OrdersUseCases
    payments: PaymentsUseCases
    authentication: AuthenticationUseCases
    analytics: AnalyticsUseCases
    search: SearchUseCases
    price_alerts: PriceAlertsUseCases
    notifications: NotificationsUseCases
    operations: OperationsUseCases
    engine: MatchingEngine
    admission: Admission
    adapters: Adapters
    rules: MarketRules
    warehouse: Warehouse
