"""Sellers' accounts at the payment provider: the use cases and their wiring.

Their routes are those of hints.
"""

from dataclasses import dataclass

from ..core.payments.patience import Patience
from ..core.payments.sellers.follow_account import FollowSellerAccount
from ..core.payments.sellers.open_account import OpenSellerAccount
from ..core.payments.sellers.view_account import ViewSellerAccount
from ..core.payments.sellers.visit_dashboard import VisitSellerDashboard
from .adapters import Adapters


@dataclass(frozen=True, slots=True)
class SellersUseCases:
    """The use cases of sellers' accounts."""

    open_account: OpenSellerAccount
    follow_account: FollowSellerAccount
    view_account: ViewSellerAccount
    visit_dashboard: VisitSellerDashboard


def sellers_use_cases(adapters: Adapters, patience: Patience) -> SellersUseCases:
    """Return the use cases of sellers' accounts."""
    store, clock, seller_accounts = adapters.store, adapters.clock, adapters.seller_accounts
    follow_account = FollowSellerAccount(
        transaction=store.transaction,
        known_accounts=store.known_seller_accounts,
        seller_accounts=seller_accounts,
        payouts=store.payouts,
        outbox=store.outbox,
        clock=clock,
        patience=patience,
    )
    return SellersUseCases(
        open_account=OpenSellerAccount(
            transaction=store.transaction,
            users=store.users,
            known_accounts=store.known_seller_accounts,
            seller_accounts=seller_accounts,
            clock=clock,
            patience=patience,
        ),
        follow_account=follow_account,
        view_account=ViewSellerAccount(
            payment_accounts=store.payment_accounts, follow_account=follow_account
        ),
        visit_dashboard=VisitSellerDashboard(
            payment_accounts=store.payment_accounts,
            seller_accounts=seller_accounts,
            patience=patience,
        ),
    )
