"""The products of an index in columns."""

from datetime import date
from uuid import UUID

import pytest

from solebook.adapters.text_search.columns import IndexedProduct, ProductColumns
from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import Size
from solebook.ports.language.search import SearchFilters, SearchHit, SearchSort


def product(
    id_: int, *, number: int, version: int = 1, sales: int = 0, lowest_ask: int | None = None
) -> IndexedProduct:
    hit = SearchHit(
        product_id=ProductId(UUID(int=id_)),
        style_code=f"TS-{id_}",
        brand="Testbrand",
        model="Model",
        colorway="Plain",
        retail_price=11_000,
        release_date=date(2020, 1, 1),
        sizes=(Size("9"),),
        lowest_ask=lowest_ask,
        sales=sales,
    )
    return IndexedProduct(number, version, hit, "testbrand", (f"ts{id_}",))


def listed(
    columns: ProductColumns, found: int, sort: SearchSort = SearchSort.RELEVANCE
) -> list[int]:
    return [hit.product_id.int for hit in columns.page([found], sort, 0, 100)]


@pytest.fixture
def columns() -> ProductColumns:
    columns = ProductColumns()
    for number in range(1, 6):
        columns.put(product(number, number=number, sales=number))
    return columns


def test_a_place_that_a_removed_product_leaves_is_taken_by_a_new_one(
    columns: ProductColumns,
) -> None:
    columns.remove(ProductId(UUID(int=2)))
    columns.remove(ProductId(UUID(int=2)))
    columns.put(product(6, number=6, sales=6))
    columns.put(product(7, number=7, sales=7))
    assert listed(columns, columns.everything) == [7, 6, 5, 4, 3, 1]
    assert columns.everything.bit_count() == columns.everything.bit_length() == 6
    assert listed(columns, columns.numbered([2, 6])) == [6]


def test_numbers_may_change_hands(columns: ProductColumns) -> None:
    columns.put(product(1, number=2, version=2))
    columns.put(product(2, number=1, version=2))
    assert listed(columns, columns.numbered([1])) == [2]
    assert listed(columns, columns.numbered([2])) == [1]


def test_products_are_sorted_anew_when_their_figures_change(columns: ProductColumns) -> None:
    assert listed(columns, columns.everything) == [5, 4, 3, 2, 1]
    assert listed(columns, columns.everything, SearchSort.PRICE_ASC) == [5, 4, 3, 2, 1]
    columns.put(product(2, number=2, sales=9, lowest_ask=10_000))
    for few in (columns.numbered([1, 2]), columns.everything):
        assert listed(columns, few)[0] == 2
        assert listed(columns, few, SearchSort.PRICE_ASC)[0] == 2
    filters = SearchFilters(min_price=10_000, max_price=10_000)
    assert listed(columns, columns.among(columns.everything, filters)) == [2]


def test_what_a_text_finds_stays_until_a_text_changes(columns: ProductColumns) -> None:
    before = columns.generation
    columns.put(product(2, number=2, sales=9))
    assert columns.generation == before
    columns.put(product(2, number=2, version=2))
    assert columns.generation > before


def test_a_page_goes_on_in_the_next_group(columns: ProductColumns) -> None:
    groups = [columns.numbered([1]), 0, columns.numbered([3, 4, 5]), columns.numbered([2])]
    pages = [columns.page(groups, SearchSort.RELEVANCE, offset, 2) for offset in (0, 1, 2, 4, 5)]
    assert [[hit.product_id.int for hit in page] for page in pages] == [
        [1, 5],
        [5, 4],
        [4, 3],
        [2],
        [],
    ]
