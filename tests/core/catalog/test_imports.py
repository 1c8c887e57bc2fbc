"""Products from files, and somebody else who adds them at the same time."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, cast

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.catalog.create_product import CreateProduct
from solebook.core.catalog.import_products import ImportProducts
from solebook.ports.language.catalog import Product
from solebook.ports.language.imports import GivenProduct, Taken
from solebook.ports.language.users import Actor
from solebook.ports.products import Products

from .conftest import RULES

COMMON: dict[str, Any] = {
    "brand": "Nike",
    "model": "Dunk Low",
    "retail_price": 11_000,
    "release_date": date(2021, 3, 10),
}


class TooEarly:
    """Reads the products before somebody else has added any."""

    def __init__(self, products: Products) -> None:
        self._products = products

    def __getattr__(self, name: str) -> Any:
        return getattr(self._products, name)

    async def styled(self, style_keys: Collection[str]) -> Mapping[str, Product]:
        return {}


async def test_a_product_that_another_import_has_just_added_is_known(
    store: Store,
    clock: VirtualClock,
    ids: SeededIds,
    admin: Actor,
    create_product: CreateProduct,
) -> None:
    await create_product(
        admin, style_code="AB-2", colorway="White", sizes=["9"], images=[], **COMMON
    )
    import_products = ImportProducts(
        transaction=store.transaction,
        products=cast(Products, TooEarly(store.products)),
        outbox=store.outbox,
        clock=clock,
        ids=ids,
        rules=RULES,
        audit_log=store.audit_log,
    )
    given = [GivenProduct(f"AB-{n}", colorway="White", **COMMON) for n in (1, 2, 3)]
    assert await import_products(admin, given) == [Taken.NEW, Taken.KNOWN, Taken.NEW]
    assert len(await store.products.styled(["ab1", "ab2", "ab3"])) == 3
