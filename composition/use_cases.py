"""Hands the use cases their ports in the contexts of the trade, in sight of the type checker."""

from ..core.bidding.admission import Admission
from ..core.bidding.apply_rules import ApplyRules
from ..core.bidding.cancel_quote import CancelQuote
from ..core.bidding.carry_out_halt import CarryOutHalt
from ..core.bidding.carry_out_halt_end import CarryOutHaltEnd
from ..core.bidding.carry_out_withdrawal import CarryOutWithdrawal
from ..core.bidding.expire_quotes import ExpireQuotes
from ..core.bidding.list_quotes import ListQuotes
from ..core.bidding.matching_engine import MatchingEngine
from ..core.bidding.note_suspension import NoteSuspension
from ..core.bidding.outcomes import Outcomes
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
from .adapters import Adapters
from .application import BiddingUseCases, CatalogUseCases, UsersUseCases
from .rules_use_cases import adopt_rules_of, compare_rules_of


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
    adapters: Adapters, rules: MarketRules, engine: MatchingEngine, admission: Admission
) -> BiddingUseCases:
    """Return what the bidding context does."""
    store, clock, ids = adapters.store, adapters.clock, adapters.ids
    compare_rules = compare_rules_of(adapters, rules)
    adopt_rules = adopt_rules_of(adapters, rules)
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
            admission=admission,
        ),
        place_ask=PlaceAsk(
            traders=store.traders,
            products=store.products,
            quotes=store.quotes,
            matching=engine,
            ids=ids,
            clock=clock,
            rules=rules,
            admission=admission,
        ),
        reprice_quote=RepriceQuote(
            quotes=store.quotes,
            traders=store.traders,
            matching=engine,
            clock=clock,
            rules=rules,
            admission=admission,
        ),
        cancel_quote=CancelQuote(quotes=store.quotes, matching=engine),
        view_quote=ViewQuote(quotes=store.quotes),
        list_quotes=ListQuotes(quotes=store.quotes, traders=store.traders),
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
        note_suspension=NoteSuspension(outcomes=outcomes),
        withdraw_of_barred=WithdrawOfBarred(traders=store.traders, matching=engine, clock=clock),
        request_halt=RequestHalt(
            transaction=store.transaction,
            products=store.products,
            quotes=store.quotes,
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
        compare_rules=compare_rules,
        adopt_rules=adopt_rules,
        apply_rules=ApplyRules(
            transaction=store.transaction,
            compare_rules=compare_rules,
            adopt_rules=adopt_rules,
            engine=engine,
            audit_log=store.audit_log,
            outcomes=outcomes,
        ),
    )
