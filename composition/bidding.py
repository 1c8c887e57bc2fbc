"""The bidding context: its use cases, their wiring, and its routes."""

from dataclasses import dataclass
from functools import partial

from ..core.bidding.admission import Admission
from ..core.bidding.adopt_rules import AdoptRules
from ..core.bidding.archive_quotes import ArchiveQuotes
from ..core.bidding.cancel_quote import CancelQuote
from ..core.bidding.carry_out_halt import CarryOutHalt
from ..core.bidding.carry_out_halt_end import CarryOutHaltEnd
from ..core.bidding.carry_out_withdrawal import CarryOutWithdrawal
from ..core.bidding.change_currency import ChangeCurrency
from ..core.bidding.compare_rules import CompareRules
from ..core.bidding.expire_quotes import ExpireQuotes
from ..core.bidding.find_book import FindBook
from ..core.bidding.list_best_prices import ListBestPrices
from ..core.bidding.list_halts import ListHalts
from ..core.bidding.list_quotes import ListQuotes
from ..core.bidding.list_resting_quotes import ListRestingQuotes
from ..core.bidding.note_suspension import NoteSuspension
from ..core.bidding.outcomes import Outcomes
from ..core.bidding.place_ask import PlaceAsk
from ..core.bidding.place_bid import PlaceBid
from ..core.bidding.preview_quote import PreviewQuote
from ..core.bidding.reprice_quote import RepriceQuote
from ..core.bidding.request_halt import RequestHalt
from ..core.bidding.request_halt_end import RequestHaltEnd
from ..core.bidding.request_withdrawal import RequestWithdrawal
from ..core.bidding.require_rules import RequireRules
from ..core.bidding.unwind_match import UnwindMatch
from ..core.bidding.view_book import ViewBook
from ..core.bidding.view_market import ViewMarket
from ..core.bidding.view_quote import ViewQuote
from ..core.bidding.withdraw_of_barred import WithdrawOfBarred
from ..core.bidding.withdraw_of_suspended import WithdrawOfSuspended
from ..core.catalog.release_stock import ReleaseStock
from ..ports.language.consumers import Consumer
from ..ports.language.events import (
    BuyerBarred,
    HaltEndRequested,
    HaltRequested,
    OrderCancelled,
    QuoteWithdrawalRequested,
    SuspensionCarriedOut,
    UserSuspended,
)
from ..ports.language.messages import Queue
from ..ports.language.retention import Retention
from ..ports.language.rules import MarketRules
from ..ports.language.terms import Terms
from ..ports.matching import Matching
from .adapters import Adapters
from .fees import fee_schedule, trade_previews
from .router import Router, in_turn


@dataclass(frozen=True, slots=True)
class BiddingUseCases:
    """The use cases of the bidding context."""

    place_bid: PlaceBid
    place_ask: PlaceAsk
    reprice_quote: RepriceQuote
    cancel_quote: CancelQuote
    view_quote: ViewQuote
    list_quotes: ListQuotes
    expire_quotes: ExpireQuotes
    unwind_match: UnwindMatch
    archive_quotes: ArchiveQuotes
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
    change_currency: ChangeCurrency
    require_rules: RequireRules
    find_book: FindBook
    view_book: ViewBook
    view_market: ViewMarket
    preview_quote: PreviewQuote
    list_halts: ListHalts
    list_resting_quotes: ListRestingQuotes
    list_best_prices: ListBestPrices


def bidding_use_cases(
    adapters: Adapters,
    rules: MarketRules,
    matching: Matching,
    admission: Admission,
    shards: int,
    retention: Retention,
) -> BiddingUseCases:
    """Return the use cases of the bidding context."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    outcomes = Outcomes(transaction=store.transaction, audit_log=store.audit_log)
    find_book = FindBook(products=store.products, book_views=adapters.book_views)
    return BiddingUseCases(
        place_bid=PlaceBid(
            traders=store.traders,
            products=store.products,
            quotes=store.quotes,
            matching=matching,
            ids=ids,
            clock=clock,
            rules=rules,
            admission=admission,
        ),
        place_ask=PlaceAsk(
            traders=store.traders,
            products=store.products,
            quotes=store.quotes,
            matching=matching,
            ids=ids,
            clock=clock,
            rules=rules,
            admission=admission,
        ),
        reprice_quote=RepriceQuote(
            quotes=store.quotes,
            traders=store.traders,
            matching=matching,
            clock=clock,
            rules=rules,
            admission=admission,
        ),
        cancel_quote=CancelQuote(quotes=store.quotes, matching=matching),
        view_quote=ViewQuote(quotes=store.quotes),
        list_quotes=ListQuotes(quotes=store.quotes, traders=store.traders),
        expire_quotes=ExpireQuotes(quotes=store.quotes, matching=matching, clock=clock),
        unwind_match=UnwindMatch(matching=matching),
        archive_quotes=ArchiveQuotes(
            transaction=store.transaction,
            archive=store.quote_archive,
            clock=clock,
            retention=retention,
        ),
        request_withdrawal=RequestWithdrawal(
            transaction=store.transaction,
            quotes=store.quotes,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
        carry_out_withdrawal=CarryOutWithdrawal(
            quotes=store.quotes, matching=matching, outcomes=outcomes
        ),
        withdraw_of_suspended=WithdrawOfSuspended(
            traders=store.traders, matching=matching, outcomes=outcomes
        ),
        note_suspension=NoteSuspension(outcomes=outcomes),
        withdraw_of_barred=WithdrawOfBarred(traders=store.traders, matching=matching, clock=clock),
        request_halt=RequestHalt(
            transaction=store.transaction,
            products=store.products,
            quotes=store.quotes,
            audit_log=store.audit_log,
            outbox=store.outbox,
            ids=ids,
        ),
        carry_out_halt=CarryOutHalt(matching=matching, outcomes=outcomes, clock=clock),
        request_halt_end=RequestHaltEnd(
            transaction=store.transaction,
            halts=store.halts,
            audit_log=store.audit_log,
            outbox=store.outbox,
        ),
        carry_out_halt_end=CarryOutHaltEnd(matching=matching, outcomes=outcomes),
        compare_rules=compare_rules_of(adapters, rules),
        adopt_rules=adopt_rules_of(adapters, rules),
        change_currency=ChangeCurrency(
            transaction=store.transaction,
            exchange_terms=store.exchange_terms,
            snapshots=store.snapshots,
            currency=rules.currency,
        ),
        require_rules=require_rules_of(adapters, rules, shards),
        find_book=find_book,
        view_book=ViewBook(find_book=find_book, book_views=adapters.book_views),
        view_market=ViewMarket(
            find_book=find_book,
            book_views=adapters.book_views,
            tape=adapters.shown_tape,
            previews=trade_previews(adapters, rules),
        ),
        preview_quote=PreviewQuote(
            find_book=find_book,
            book_views=adapters.book_views,
            tape=adapters.shown_tape,
            previews=trade_previews(adapters, rules),
            rules=rules,
        ),
        list_halts=ListHalts(halts=store.halts),
        list_resting_quotes=ListRestingQuotes(books=store.books),
        list_best_prices=ListBestPrices(book_views=adapters.book_views),
    )


def compare_rules_of(adapters: Adapters, rules: MarketRules) -> CompareRules:
    """Return the use case that compares the settings with the rules of the last run."""
    return CompareRules(
        rules_in_force=adapters.store.rules_in_force,
        standing_quotes=adapters.store.standing_quotes,
        fees_by=partial(fee_schedule, adapters),
        clock=adapters.clock,
        rules=rules,
    )


def require_rules_of(adapters: Adapters, rules: MarketRules, shards: int = 1) -> RequireRules:
    """Return what requires these rules, and so many shards, to be those in force."""
    return RequireRules(
        transaction=adapters.store.transaction,
        exchange_terms=adapters.store.exchange_terms,
        rules_in_force=adapters.store.rules_in_force,
        adopt_rules=adopt_rules_of(adapters, rules),
        rules=rules,
        terms=Terms(rules.currency, shards),
    )


def adopt_rules_of(adapters: Adapters, rules: MarketRules) -> AdoptRules:
    """Return the use case with which the engine adopts the rules at its start."""
    store = adapters.store
    return AdoptRules(
        transaction=store.transaction,
        compare_rules=compare_rules_of(adapters, rules),
        rules_in_force=store.rules_in_force,
        exchange_terms=store.exchange_terms,
        outbox=store.outbox,
        rules=rules,
    )


def bidding_routes(bidding: BiddingUseCases, release_stock: ReleaseStock) -> tuple[Consumer, ...]:
    """Return the routes of the bidding context: cancelled orders, and requests of staff.

    All of them run in the process with the engine.
    """
    router = Router(Queue.MATCHING)
    # The unit must be free before its ask returns to the book, where it may match immediately.
    unwind_match = in_turn(release_stock, bidding.unwind_match)
    return (
        router.outside(OrderCancelled, "bidding.unwind_match", unwind_match),
        router.outside(
            QuoteWithdrawalRequested, "bidding.carry_out_withdrawal", bidding.carry_out_withdrawal
        ),
        router.outside(BuyerBarred, "bidding.withdraw_of_barred", bidding.withdraw_of_barred),
        router.outside(
            UserSuspended, "bidding.withdraw_of_suspended", bidding.withdraw_of_suspended
        ),
        router.inside(SuspensionCarriedOut, "bidding.note_suspension", bidding.note_suspension),
        router.outside(HaltRequested, "bidding.carry_out_halt", bidding.carry_out_halt),
        router.outside(HaltEndRequested, "bidding.carry_out_halt_end", bidding.carry_out_halt_end),
    )
