import asyncio
from datetime import date
from typing import Any

import pytest

from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.core.catalog.create_product import CreateProduct
from solebook.core.catalog.edit_product import EditProduct
from solebook.ports.language.catalog import Product, ProductImage
from solebook.ports.language.errors import (
    Forbidden,
    InvalidSize,
    InvalidText,
    NotFound,
    OutOfRange,
    Refusal,
    StyleCodeTaken,
)
from solebook.ports.language.events import Event, ProductChanged
from solebook.ports.language.ids import ProductId
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.users import Actor

DETAILS: dict[str, Any] = {
    "style_code": "TS1234-100",
    "brand": "Testbrand",
    "model": "Model One",
    "colorway": "White/Black",
    "retail_price": 17_000,
    "release_date": date(2026, 1, 31),
    "sizes": ["9", "10.5"],
    "images": [ProductImage("https://img.example.com/top.jpg", 1)],
}

BAD_DETAILS = [
    ("brand", "", InvalidText),
    ("model", "x" * 101, InvalidText),
    ("colorway", "Red\nGreen", InvalidText),
    ("retail_price", -1, OutOfRange),
    ("retail_price", 10_000_001, OutOfRange),
    ("sizes", [], OutOfRange),
    ("sizes", ["9", "9"], InvalidText),
    ("sizes", ["40.75"], InvalidSize),
    ("images", [ProductImage("javascript:alert(1)", 1)], InvalidText),
]


@pytest.fixture
async def product(create_product: CreateProduct, admin: Actor) -> Product:
    return await create_product(admin, **DETAILS)


async def told(store: Store) -> list[Event]:
    return [message.event for message in await store.outbox.unsent(100)]


# ---- creating --------------------------------------------------------------------------------


async def test_created_product_is_stored_and_emits_an_event(
    store: Store, clock: VirtualClock, product: Product
) -> None:
    assert await store.products.get(product.id) == product
    assert (await store.products.page(PageRequest())).items == (product,)
    assert product.sizes == ("9", "10.5")
    assert (product.version, product.created_at) == (1, clock.now())
    assert await told(store) == [ProductChanged(product.id, 1)]


@pytest.mark.parametrize(
    "spelling", [" TS1234-100 ", "ts1234-100", "TS1234 100", "TS1234100", "ts-12/34 100"]
)
async def test_duplicate_style_code_is_refused_without_an_event(
    store: Store, create_product: CreateProduct, admin: Actor, product: Product, spelling: str
) -> None:
    with pytest.raises(StyleCodeTaken):
        await create_product(admin, **DETAILS | {"style_code": spelling, "brand": "Other"})

    assert (await store.products.page(PageRequest())).items == (product,)
    assert len(await told(store)) == 1


@pytest.mark.parametrize(
    ("field", "value", "refusal"), [("style_code", "T_1", InvalidText), *BAD_DETAILS]
)
async def test_product_with_an_invalid_detail_is_refused_and_not_stored(
    store: Store,
    create_product: CreateProduct,
    admin: Actor,
    field: str,
    value: object,
    refusal: type[Refusal],
) -> None:
    with pytest.raises(refusal):
        await create_product(admin, **DETAILS | {field: value})

    assert (await store.products.page(PageRequest())).items == ()
    assert await told(store) == []


async def test_only_admins_create_products(
    store: Store, create_product: CreateProduct, everybody_else: Actor
) -> None:
    with pytest.raises(Forbidden):
        await create_product(everybody_else, **DETAILS)

    assert (await store.products.page(PageRequest())).items == ()


# ---- editing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("brand", " Other ", "Other"),
        ("model", "Model Two", "Model Two"),
        ("colorway", "Red", "Red"),
        ("retail_price", 0, 0),
        ("release_date", date(2026, 2, 1), date(2026, 2, 1)),
        ("sizes", ["9", "11"], ("9", "11")),
        ("images", [], ()),
    ],
)
async def test_edit_changes_the_given_fields_raises_the_version_and_emits_an_event(
    store: Store,
    edit_product: EditProduct,
    admin: Actor,
    product: Product,
    field: str,
    value: object,
    kept: object,
) -> None:
    edited = await edit_product(admin, product.id, **{field: value})  # type: ignore[arg-type]  # one field at a time

    assert await store.products.get(product.id) == edited
    assert getattr(edited, field) == kept
    changed = {name for name in DETAILS if getattr(edited, name) != getattr(product, name)}
    assert changed == {field}
    assert (edited.id, edited.created_at, edited.version) == (product.id, product.created_at, 2)
    assert await told(store) == [ProductChanged(product.id, 1), ProductChanged(product.id, 2)]


async def test_edit_that_changes_nothing_emits_no_event(
    store: Store, edit_product: EditProduct, admin: Actor, product: Product
) -> None:
    assert await edit_product(admin, product.id) == product
    assert await edit_product(admin, product.id, brand="Testbrand", sizes=["9", "10.5"]) == product

    assert await store.products.get(product.id) == product
    assert len(await told(store)) == 1


@pytest.mark.parametrize(("field", "value", "refusal"), BAD_DETAILS)
async def test_edit_with_an_invalid_field_changes_nothing(
    store: Store,
    edit_product: EditProduct,
    admin: Actor,
    product: Product,
    field: str,
    value: object,
    refusal: type[Refusal],
) -> None:
    changes: dict[str, Any] = {"release_date": date(2026, 2, 1), field: value}

    with pytest.raises(refusal):
        await edit_product(admin, product.id, **changes)

    assert await store.products.get(product.id) == product
    assert len(await told(store)) == 1


async def test_of_two_concurrent_edits_none_is_lost(
    store: Store, edit_product: EditProduct, admin: Actor, product: Product
) -> None:
    await asyncio.gather(
        edit_product(admin, product.id, brand="Other"),
        edit_product(admin, product.id, model="Model Two"),
    )

    edited = await store.products.get(product.id)
    assert (edited.brand, edited.model, edited.version) == ("Other", "Model Two", 3)


async def test_only_admins_edit_products(
    store: Store, edit_product: EditProduct, everybody_else: Actor, product: Product
) -> None:
    with pytest.raises(Forbidden):
        await edit_product(everybody_else, product.id, brand="Other")

    assert await store.products.get(product.id) == product


async def test_edit_of_an_unknown_product_is_not_found(
    edit_product: EditProduct, admin: Actor, ids: SeededIds
) -> None:
    with pytest.raises(NotFound):
        await edit_product(admin, ProductId(ids.new()), brand="Other")
