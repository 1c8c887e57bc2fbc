"""Builds the application from one adapter per port."""

import secrets
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import timedelta

from ..core.bidding.admission import Admission
from ..core.bidding.matching_engine import EngineLimits
from ..core.operations.uptime import Uptime
from ..core.outgoing_webhooks.webhook_rules import WebhookRules
from ..core.payments.patience import Patience
from ..core.users.token_lifetimes import TokenLifetimes
from ..ports.language.notifications import Warehouse
from ..ports.language.process_roles import ALL_ROLES, ProcessRole
from ..ports.language.public_links import PublicLinks
from ..ports.language.retention import Retention
from ..ports.language.rules import MarketRules
from ..ports.matching import Matching
from .across import Across
from .adapters import Adapters
from .analytics import analytics_use_cases
from .application import Application
from .authentication import authentication_use_cases
from .bidding import bidding_use_cases
from .catalog import catalog_use_cases
from .closing import closing_use_cases
from .disputes import disputes_use_cases
from .engine import build_engines, build_hosted_matching
from .keepers import Keepers
from .notifications import notifications_use_cases
from .operations import operations_use_cases
from .orders import orders_use_cases
from .outgoing_webhooks import EMBEDDED_RULES, outgoing_webhooks_use_cases
from .payment_parts import payment_parts
from .payments import payments_use_cases
from .price_alerts import price_alerts_use_cases
from .routes import TO_THE_CHARGE, subscribe
from .search import search_use_cases
from .sellers import sellers_use_cases
from .users import users_use_cases


def build_application(
    adapters: Adapters,
    *,
    rules: MarketRules | None = None,
    warehouse: Warehouse | None = None,
    token_lifetimes: TokenLifetimes | None = None,
    matching: Matching | None = None,
    engine_limits: EngineLimits | None = None,
    patience: Patience | None = None,
    links: PublicLinks | None = None,
    link_keys: Sequence[bytes] = (),
    verify_addresses: bool = False,
    webhook_body_life: timedelta = timedelta(days=90),
    webhook_rules: WebhookRules = EMBEDDED_RULES,
    retention: Retention | None = None,
    reconcile_hour: int = 3,
    roles: Set[ProcessRole] = ALL_ROLES,
    keepers: Keepers | None = None,
    shards: int = 1,
    across: Across | None = None,
    check_replica: Callable[[], Awaitable[None]] | None = None,
    check_redis: Callable[[], Awaitable[None]] | None = None,
    check_typesense: Callable[[], Awaitable[None]] | None = None,
    view_books_in_redis: Callable[[], Awaitable[str]] | None = None,
) -> Application:
    """Return the application on these adapters, with its consumers subscribed to the event bus.

    It runs the work of its `roles`. Other processes on the same store run the other roles. With
    `keepers` they may run the same roles too, and leases decide who has the engine and the relay.
    The books are divided into `shards`. `across` is the network between the processes. Without it,
    only the process with the engine reaches it.
    At the hour `reconcile_hour` (UTC) the ledger is compared with the payment provider.
    `check_replica` raises Unavailable while the store answers for its replica, if it has one, and
    `check_redis` while it does without Redis, and `check_typesense` while searches are refused or
    the store answers them. `view_books_in_redis` says how far the published books are behind.
    Letters have `links`, which `link_keys` sign, or without keys one of this process. Places from
    which users signed in are hashed with them too. With `verify_addresses`, new users prove their
    addresses.
    Without `matching` and `keepers` it has its own engines (`engines_of`). Nothing is started yet;
    the caller starts the engines.
    """
    rules = rules or MarketRules()
    retention = retention or Retention()
    links = links or PublicLinks()
    link_keys = link_keys or (secrets.token_bytes(32),)
    warehouse = warehouse or Warehouse()
    if matching is None:
        if keepers is None:
            matching = build_engines(adapters, rules, engine_limits, shards=shards)
        else:
            elsewhere = None if across is None else across.shards
            matching = build_hosted_matching(
                adapters, rules, engine_limits, elsewhere, shards=shards
            )
    admission = Admission(
        backlog=adapters.store.charge_backlog,
        clock=adapters.clock,
        max_backlog=rules.max_backlog,
        consumers=TO_THE_CHARGE,
    )
    orders = orders_use_cases(adapters, rules, warehouse, retention)
    patience = patience or Patience()
    parts = payment_parts(adapters, rules, patience)
    lifetimes = token_lifetimes or TokenLifetimes()
    application = Application(
        closing=closing_use_cases(adapters, matching, rules, lifetimes),
        users=users_use_cases(
            adapters,
            lifetimes,
            links,
            place_keys=link_keys,
            verify_addresses=verify_addresses,
        ),
        catalog=catalog_use_cases(adapters, rules),
        bidding=bidding_use_cases(adapters, rules, matching, admission, shards, retention),
        orders=orders,
        payments=payments_use_cases(
            adapters, parts, rules, patience, webhook_body_life, reconcile_hour
        ),
        sellers=sellers_use_cases(adapters, patience),
        disputes=disputes_use_cases(adapters, parts, rules, patience),
        authentication=authentication_use_cases(adapters, rules, retention),
        analytics=analytics_use_cases(adapters, rules),
        search=search_use_cases(adapters),
        price_alerts=price_alerts_use_cases(adapters, rules),
        outgoing_webhooks=outgoing_webhooks_use_cases(adapters, webhook_rules),
        notifications=notifications_use_cases(
            adapters,
            rules,
            warehouse,
            links=links,
            link_keys=link_keys,
            verify_addresses=verify_addresses,
        ),
        operations=operations_use_cases(adapters, rules, None if across is None else across.broker),
        matching=matching,
        admission=admission,
        uptime=Uptime(
            transaction=adapters.store.transaction,
            signs_of_life=adapters.store.signs_of_life,
            make_up=orders.put_off_deadlines,
            clock=adapters.clock,
            real_clock=adapters.real_clock,
        ),
        roles=roles,
        keepers=keepers,
        shards=shards,
        across=across,
        check_replica=check_replica,
        check_redis=check_redis,
        check_typesense=check_typesense,
        view_books_in_redis=view_books_in_redis,
        adapters=adapters,
        rules=rules,
        warehouse=warehouse,
    )
    subscribe(application)
    return application
