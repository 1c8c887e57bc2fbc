"""The matching engine, separate from the application, which calls it through `Matching`."""

from ..core.bidding.apply_rules import ApplyRules
from ..core.bidding.hosted_matching import HostedMatching
from ..core.bidding.matching_engine import EngineLimits, MatchingEngine
from ..core.bidding.outcomes import Outcomes
from ..core.orders.open_orders import OpenOrders
from ..ports.language.rules import MarketRules
from ..ports.matching import ShardMatching
from ..ports.tenure import Tenure
from .adapters import Adapters
from .application import Application
from .bidding import adopt_rules_of
from .payments import fee_schedule


def build_engine(
    adapters: Adapters,
    rules: MarketRules,
    limits: EngineLimits | None = None,
    tenure: Tenure | None = None,
) -> MatchingEngine:
    """Return the engine of the only shard, not started yet.

    Without a `tenure`, no other process may own the shard.
    """
    store = adapters.store
    return MatchingEngine(
        books=store.books,
        views=adapters.book_views,
        traders=store.traders,
        opening=OpenOrders(
            fees=fee_schedule(adapters, rules),
            newest_addresses=store.newest_addresses,
            payment_accounts=store.payment_accounts,
            rules=rules,
        ),
        clock=adapters.clock,
        ids=adapters.ids,
        rules=rules,
        adopt_rules=adopt_rules_of(adapters, rules),
        limits=limits,
        tenure=tenure,
    )


def build_hosted_matching(
    adapters: Adapters,
    rules: MarketRules,
    limits: EngineLimits | None = None,
    elsewhere: ShardMatching | None = None,
) -> HostedMatching:
    """Return the matching of a process that runs the engine only while it has the shard's lease.

    `elsewhere` is the way to the engine of another process.
    """
    return HostedMatching(
        lambda tenure: build_engine(adapters, rules, limits, tenure), adapters.book_views, elsewhere
    )


def engine_of(application: Application) -> MatchingEngine:
    """Return the engine of this process, to start and stop it.

    Raises LookupError if the application has no engine, or only while it has a lease
    (`hosted_matching_of`).
    """
    if not isinstance(application.matching, MatchingEngine):
        raise LookupError("this process runs no matching engine")
    return application.matching


def hosted_matching_of(application: Application) -> HostedMatching:
    """Return what hosts engines in this process. Raises LookupError if nothing does."""
    if not isinstance(application.matching, HostedMatching):
        raise LookupError("this process hosts no matching engine")
    return application.matching


def apply_rules_of(application: Application) -> ApplyRules:
    """Return the use case that starts the engine to apply new rules. Raises LookupError."""
    store, bidding = application.adapters.store, application.bidding
    return ApplyRules(
        transaction=store.transaction,
        compare_rules=bidding.compare_rules,
        adopt_rules=bidding.adopt_rules,
        engine=engine_of(application),
        audit_log=store.audit_log,
        outcomes=Outcomes(transaction=store.transaction, audit_log=store.audit_log),
    )
