"""The matching engine, separate from the application, which calls it through `Matching`."""

from collections.abc import Sequence

from ..core.bidding.apply_rules import ApplyRules
from ..core.bidding.hosted_matching import HostedMatching
from ..core.bidding.matching_engine import EngineLimits, MatchingEngine
from ..core.bidding.new_quotes import NewQuotes
from ..core.bidding.outcomes import Outcomes
from ..core.bidding.reshard import Reshard
from ..core.bidding.sharded_matching import ShardedMatching
from ..core.orders.open_orders import OpenOrders
from ..ports.language.rules import MarketRules
from ..ports.matching import Matching, ShardMatching
from ..ports.tenure import Tenure
from .adapters import Adapters
from .application import Application
from .bidding import adopt_rules_of
from .fees import fee_schedule


def build_engine(
    adapters: Adapters,
    rules: MarketRules,
    limits: EngineLimits | None = None,
    tenure: Tenure | None = None,
    *,
    shard: int = 0,
    shards: int = 1,
) -> MatchingEngine:
    """Return the engine of a shard, by default of the only one, not started yet.

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
        new_quotes=NewQuotes(store.webhook_endpoints),
        clock=adapters.clock,
        ids=adapters.ids,
        rules=rules,
        adopt_rules=adopt_rules_of(adapters, rules),
        limits=limits,
        tenure=tenure,
        shard=shard,
        shards=shards,
    )


def build_engines(
    adapters: Adapters, rules: MarketRules, limits: EngineLimits | None = None, *, shards: int = 1
) -> Matching:
    """Return the engines of all shards, in this process."""
    return _matching_in(
        [
            build_engine(adapters, rules, limits, shard=shard, shards=shards)
            for shard in range(shards)
        ]
    )


def build_hosted_matching(
    adapters: Adapters,
    rules: MarketRules,
    limits: EngineLimits | None = None,
    elsewhere: Sequence[ShardMatching] | None = None,
    *,
    shards: int = 1,
) -> Matching:
    """Return the matching of a process that runs an engine only while it has the shard's lease.

    `elsewhere` are the ways to the engines of other processes, by shard.
    """

    def host(shard: int) -> HostedMatching:
        return HostedMatching(
            lambda tenure: build_engine(
                adapters, rules, limits, tenure, shard=shard, shards=shards
            ),
            adapters.book_views,
            None if elsewhere is None else elsewhere[shard],
        )

    return _matching_in([host(shard) for shard in range(shards)])


def _matching_in(shards: Sequence[ShardMatching]) -> Matching:
    return ShardedMatching(shards) if len(shards) > 1 else shards[0]


def engines_of(application: Application) -> list[MatchingEngine]:
    """Return the engines of this process, by shard, to start and stop them.

    Raises LookupError if the application has no engines, or each only while it has a lease
    (`hosts_of`).
    """
    engines = [e for e in shards_of(application) if isinstance(e, MatchingEngine)]
    if not engines:
        raise LookupError("this process runs no matching engine")
    return engines


def engine_of(application: Application) -> MatchingEngine:
    """Return the engine of this process, if there is one shard; see `engines_of`."""
    [engine] = engines_of(application)
    return engine


def hosts_of(application: Application) -> list[HostedMatching]:
    """Return what hosts the engine of each shard in this process.

    Raises LookupError if nothing does.
    """
    hosts = [h for h in shards_of(application) if isinstance(h, HostedMatching)]
    if not hosts:
        raise LookupError("this process hosts no matching engine")
    return hosts


def shards_of(application: Application) -> Sequence[Matching]:
    """Return the matching of each shard."""
    matching = application.matching
    return matching.shards if isinstance(matching, ShardedMatching) else [matching]


def reshard_of(application: Application) -> Reshard:
    """Return the use case that divides the books into another number of shards."""
    store = application.adapters.store
    return Reshard(
        transaction=store.transaction,
        books=store.books,
        audit_log=store.audit_log,
        clock=application.adapters.clock,
        currency=application.rules.currency,
    )


def apply_rules_of(application: Application) -> ApplyRules:
    """Return the use case that starts the engines to apply new rules. Raises LookupError."""
    store, bidding = application.adapters.store, application.bidding
    return ApplyRules(
        transaction=store.transaction,
        compare_rules=bidding.compare_rules,
        adopt_rules=bidding.adopt_rules,
        change_currency=bidding.change_currency,
        engines=engines_of(application),
        audit_log=store.audit_log,
        outcomes=Outcomes(transaction=store.transaction, audit_log=store.audit_log),
    )
