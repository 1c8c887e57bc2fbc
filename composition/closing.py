"""The use cases of closing accounts, and their wiring. Their routes are those of users."""

from dataclasses import dataclass

from ..core.users.closing.close_account import CloseAccount
from ..core.users.closing.finish_closings import FinishClosings
from ..core.users.closing.leave_market import LeaveMarket
from ..core.users.closing.running_trades import RunningTrades
from ..core.users.token_lifetimes import TokenLifetimes
from ..ports.language.rules import MarketRules
from ..ports.matching import Matching
from .adapters import Adapters


@dataclass(frozen=True, slots=True)
class ClosingUseCases:
    """The use cases of closing accounts."""

    close_account: CloseAccount
    finish_closings: FinishClosings


def closing_use_cases(
    adapters: Adapters, matching: Matching, rules: MarketRules, lifetimes: TokenLifetimes
) -> ClosingUseCases:
    """Return the use cases of closing accounts."""
    store, clock = adapters.store, adapters.clock
    trades = RunningTrades(
        orders=store.orders,
        payouts=store.payouts,
        disputes=store.disputes,
        ledger=store.ledger,
        rules=rules,
    )
    leave_market = LeaveMarket(
        api_tokens=store.api_tokens,
        challenges=store.challenges,
        known_places=store.known_places,
        price_alerts=store.price_alerts,
        webhook_endpoints=store.webhook_endpoints,
        preferences=store.preferences,
    )
    return ClosingUseCases(
        close_account=CloseAccount(
            transaction=store.transaction,
            users=store.users,
            recipients=store.recipients,
            trades=trades,
            leave_market=leave_market,
            matching=matching,
            sessions=store.sessions,
            revoked_sessions=adapters.revoked_sessions,
            passwords=adapters.passwords,
            audit_log=store.audit_log,
            outbox=store.outbox,
            clock=clock,
            lifetimes=lifetimes,
        ),
        finish_closings=FinishClosings(
            transaction=store.transaction,
            users=store.users,
            records=store.personal_records,
            trades=trades,
            leave_market=leave_market,
            payouts=store.payouts,
            payment_methods=store.payment_methods,
            outbox=store.outbox,
            clock=clock,
            ids=adapters.ids,
        ),
    )
