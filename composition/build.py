"""Builds the application from one adapter for each port."""

from ..core.bidding.admission import Admission
from ..core.bidding.matching_engine import EngineLimits, MatchingEngine
from ..core.operations.uptime import Uptime
from ..core.orders.open_orders import OpenOrders
from ..core.payments.patience import Patience
from ..core.users.token_lifetimes import TokenLifetimes
from ..ports.language.notifications import Warehouse
from ..ports.language.rules import MarketRules
from .adapters import Adapters
from .analytics import analytics_use_cases
from .application import Application
from .authentication import authentication_use_cases
from .bidding import adopt_rules_of, bidding_use_cases
from .catalog import catalog_use_cases
from .notifications import notifications_use_cases
from .operations import operations_use_cases
from .orders import orders_use_cases
from .payments import fee_schedule, payments_use_cases
from .price_alerts import price_alerts_use_cases
from .routes import TO_THE_CHARGE, subscribe
from .search import search_use_cases
from .users import users_use_cases


def build_application(
    adapters: Adapters,
    *,
    rules: MarketRules | None = None,
    warehouse: Warehouse | None = None,
    token_lifetimes: TokenLifetimes | None = None,
    engine_limits: EngineLimits | None = None,
    patience: Patience | None = None,
) -> Application:
    """Return the application on these adapters, its consumers subscribed to the event bus.

    Nothing runs yet: the engine is started by whoever runs the application.
    """
    rules = rules or MarketRules()
    warehouse = warehouse or Warehouse()
    engine = _engine(adapters, rules, engine_limits)
    admission = Admission(
        backlog=adapters.store.charge_backlog,
        clock=adapters.clock,
        max_backlog=rules.max_backlog,
        consumers=TO_THE_CHARGE,
    )
    orders = orders_use_cases(adapters, rules, warehouse)
    application = Application(
        users=users_use_cases(adapters, token_lifetimes or TokenLifetimes()),
        catalog=catalog_use_cases(adapters, rules),
        bidding=bidding_use_cases(adapters, rules, engine, admission),
        orders=orders,
        payments=payments_use_cases(adapters, rules, patience or Patience()),
        authentication=authentication_use_cases(adapters, rules),
        analytics=analytics_use_cases(adapters),
        search=search_use_cases(adapters),
        price_alerts=price_alerts_use_cases(adapters, rules),
        notifications=notifications_use_cases(adapters, rules, warehouse),
        operations=operations_use_cases(adapters, rules),
        engine=engine,
        admission=admission,
        uptime=Uptime(
            transaction=adapters.store.transaction,
            signs_of_life=adapters.store.signs_of_life,
            make_up=orders.put_off_deadlines,
            clock=adapters.clock,
        ),
        adapters=adapters,
        rules=rules,
        warehouse=warehouse,
    )
    subscribe(application)
    return application


def _engine(adapters: Adapters, rules: MarketRules, limits: EngineLimits | None) -> MatchingEngine:
    store = adapters.store
    return MatchingEngine(
        books=store.books,
        views=adapters.book_views,
        traders=store.traders,
        opening=OpenOrders(
            fees=fee_schedule(adapters, rules),
            destinations=store.destinations,
            payment_accounts=store.payment_accounts,
            rules=rules,
        ),
        clock=adapters.clock,
        ids=adapters.ids,
        rules=rules,
        adopt_rules=adopt_rules_of(adapters, rules),
        limits=limits,
    )
