import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.catalog.consume_stock import ConsumeStock
from solebook.core.catalog.create_product import CreateProduct
from solebook.core.catalog.edit_product import EditProduct
from solebook.core.catalog.release_stock import ReleaseStock
from solebook.core.catalog.reserve_stock import ReserveStock
from solebook.ports.language.ids import UserId
from solebook.ports.language.rules import MarketRules
from solebook.ports.language.users import Actor, Role

RULES = MarketRules()


@pytest.fixture
def admin(ids: SeededIds) -> Actor:
    return Actor(UserId(ids.new()), frozenset({Role.ADMIN}))


@pytest.fixture
def everybody_else(ids: SeededIds) -> Actor:
    return Actor(UserId(ids.new()), frozenset(Role) - {Role.ADMIN})


@pytest.fixture
def create_product(store: Store, clock: VirtualClock, ids: SeededIds) -> CreateProduct:
    return CreateProduct(
        store.transaction, store.products, store.outbox, clock, ids, RULES, store.audit_log
    )


@pytest.fixture
def edit_product(store: Store) -> EditProduct:
    return EditProduct(store.transaction, store.products, store.outbox, RULES, store.audit_log)


@pytest.fixture
def reserve_stock(store: Store, clock: VirtualClock) -> ReserveStock:
    return ReserveStock(store.transaction, store.stock, store.outbox, clock)


@pytest.fixture
def release_stock(store: Store, clock: VirtualClock) -> ReleaseStock:
    return ReleaseStock(store.transaction, store.stock, clock)


@pytest.fixture
def consume_stock(store: Store) -> ConsumeStock:
    return ConsumeStock(store.transaction, store.stock)
