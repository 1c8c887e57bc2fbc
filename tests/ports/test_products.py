"""Contract of Products."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from solebook.adapters.decorators.cached_products import CachedProducts
from solebook.adapters.memory.cache import MemoryCache
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.catalog import Product, ProductImage
from solebook.ports.language.errors import (
    InvalidSize,
    NotFound,
    Outdated,
    SizeNotOffered,
    StyleCodeTaken,
)
from solebook.ports.language.market import BookKey, Condition, Size
from solebook.ports.language.paging import PageRequest

from .pages import all_pages
from .records import Records


@pytest.fixture(params=[False, True], ids=["stored", "cached"])
def is_cached(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def store(store: Store, clock: VirtualClock, is_cached: bool) -> Store:
    if not is_cached:
        return store
    products = CachedProducts(
        store.products,
        cache=MemoryCache(clock, size=100, life=timedelta(days=1)),
        transaction=store.transaction,
    )
    return replace(store, products=products)


async def added(store: Store, product: Product) -> Product:
    async with store.transaction():
        await store.products.add(product)
    return product


async def save(store: Store, product: Product) -> None:
    async with store.transaction():
        await store.products.save(product)


async def test_an_added_product_is_found_with_its_sizes_and_images(
    store: Store, records: Records
) -> None:
    product = await added(store, records.product())
    bare = await added(store, records.product(images=()))
    assert await store.products.get(product.id) == product
    assert await store.products.get(bare.id) == bare


async def test_products_are_found_by_their_style_codes(store: Store, records: Records) -> None:
    product = await added(store, records.product())
    await added(store, records.product())
    found = await store.products.styled([product.style_key, "nothing", product.style_key])
    assert found == {product.style_key: product}
    assert await store.products.styled([]) == {}


async def test_an_unknown_product_is_not_found(store: Store, records: Records) -> None:
    unknown = records.product_id()
    with pytest.raises(NotFound) as refused:
        await store.products.get(unknown)
    assert refused.value.id == unknown
    with pytest.raises(NotFound):
        await save(store, records.product(version=2))


async def test_products_are_looked_up_together_and_each_must_exist(
    store: Store, records: Records
) -> None:
    one, two, _ = [await added(store, records.product()) for _ in range(3)]
    assert await store.products.look_up({one.id, two.id}) == {one.id: one, two.id: two}
    unknown = records.product_id()
    with pytest.raises(NotFound) as refused:
        await store.products.look_up([one.id, unknown])
    assert refused.value.id == unknown
    renamed = replace(one, model="Renamed", version=2)
    async with store.transaction():
        await store.products.save(renamed)
        assert await store.products.look_up([one.id]) == {one.id: renamed}
    assert await store.products.look_up([one.id]) == {one.id: renamed}


async def test_a_style_code_belongs_to_one_product(store: Store, records: Records) -> None:
    first = await added(store, records.product())
    second = records.product(style_code=first.style_code)
    with pytest.raises(StyleCodeTaken) as refused:
        await added(store, second)
    assert refused.value.style_code == first.style_code
    with pytest.raises(NotFound):
        await store.products.get(second.id)


async def test_of_two_products_with_a_style_code_at_once_one_is_refused(
    store: Store, records: Records
) -> None:
    pair = [records.product(style_code="SAME-1") for _ in range(2)]
    outcomes = await asyncio.gather(*(added(store, p) for p in pair), return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["Product", "StyleCodeTaken"]


async def test_the_next_version_replaces_the_product(store: Store, records: Records) -> None:
    product = await added(store, records.product())
    changed = replace(
        product,
        style_code="NEW-1",
        brand="Other",
        model="Other",
        colorway="Other",
        retail_price=1,
        release_date=date(2027, 12, 31),
        sizes=(Size("11"), Size("8")),
        images=(ProductImage("https://img.example.com/only.jpg", 1),),
        version=2,
    )
    await save(store, changed)
    assert await store.products.get(product.id) == changed
    await save(store, replace(changed, sizes=(Size("8"),), images=(), version=3))
    latest = await store.products.get(product.id)
    assert (latest.sizes, latest.images, latest.version) == ((Size("8"),), (), 3)


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_any_other_version_is_outdated(store: Store, records: Records, version: int) -> None:
    product = await added(store, records.product())
    current = replace(product, model="Second", version=2)
    await save(store, current)
    with pytest.raises(Outdated) as refused:
        await save(store, replace(product, model="Lost", version=version))
    assert refused.value.id == product.id
    assert await store.products.get(product.id) == current


async def test_of_two_changes_to_a_version_at_once_one_is_outdated(
    store: Store, records: Records
) -> None:
    product = await added(store, records.product())
    changes = [replace(product, model=model, version=2) for model in ("One", "Two")]
    outcomes = await asyncio.gather(*(save(store, c) for c in changes), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Outdated"]


async def test_a_change_to_anothers_style_code_is_refused(store: Store, records: Records) -> None:
    product, other = await added(store, records.product()), await added(store, records.product())
    with pytest.raises(StyleCodeTaken):
        await save(store, replace(product, style_code=other.style_code, version=2))
    assert await store.products.get(product.id) == product


async def test_all_spellings_of_a_style_code_are_equal(store: Store, records: Records) -> None:
    product = await added(store, records.product(style_code="DD1391-100"))
    for spelling in ("dd1391 100", "DD1391100", "DD1391/100"):
        with pytest.raises(StyleCodeTaken) as refused:
            await added(store, records.product(style_code=spelling))
        assert refused.value.style_code == spelling
    other = await added(store, records.product(style_code="DD1391-101"))
    with pytest.raises(StyleCodeTaken):
        await save(store, replace(other, style_code="dd1391-100", version=2))
    respelt = replace(product, style_code="DD1391 100", version=2)
    await save(store, respelt)
    assert await store.products.get(product.id) == respelt
    with pytest.raises(StyleCodeTaken):
        await added(store, records.product(style_code="DD1391-100"))


async def test_no_product_has_anothers_style_code(store: Store, records: Records) -> None:
    await added(store, records.product())
    await added(store, records.product())
    assert (await store.products.doubled(PageRequest())).items == ()


async def test_abandoned_style_code_is_free_and_a_used_one_is_taken(
    store: Store, records: Records
) -> None:
    product = await added(store, records.product())
    await save(store, replace(product, style_code="NEW-1", version=2))
    await added(store, records.product(style_code=product.style_code))
    with pytest.raises(StyleCodeTaken):
        await added(store, records.product(style_code="NEW-1"))


async def test_the_catalogue_is_paged_newest_first(store: Store, records: Records) -> None:
    products = [await added(store, records.product()) for _ in range(5)]
    assert await all_pages(store.products.page, limit=2) == products[::-1]
    assert await all_pages(store.products.page, limit=5) == products[::-1]


async def test_an_empty_catalogue_is_one_empty_page(store: Store) -> None:
    page = await store.products.page(PageRequest())
    assert (tuple(page.items), page.next_cursor) == ((), None)


async def test_a_product_added_while_paging_moves_nothing(store: Store, records: Records) -> None:
    products = [await added(store, records.product()) for _ in range(4)]
    first = await store.products.page(PageRequest(2))
    await added(store, records.product())
    second = await store.products.page(PageRequest(2, after=first.next_cursor))
    assert [*first.items, *second.items] == products[::-1]


# ---- books ---------------------------------------------------------------------------------------


def test_a_product_has_a_book_for_each_size_and_condition(records: Records) -> None:
    product = records.product(sizes=(Size("9"), Size("10.5")))
    assert product.book("10.5", Condition.USED) == BookKey(product.id, Size("10.5"), Condition.USED)
    with pytest.raises(SizeNotOffered) as refused:
        product.book("10", Condition.NEW)
    assert refused.value.data() == {"size": "10", "offered": ("9", "10.5")}
    with pytest.raises(InvalidSize):
        product.book("10.25", Condition.NEW)
