"""Contract of SearchIndex: results and their order."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import solebook.entrypoints.demo
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.market import Size
from solebook.ports.language.search import (
    MAX_TEXT,
    FacetCount,
    PriceCount,
    SearchFilters,
    SearchQuery,
    SearchSort,
)

from .shelf import NAMES, Shelf

CATALOGUE = Path(solebook.entrypoints.demo.__path__[0]) / "sample" / "products.csv"


# ---- text ----------------------------------------------------------------------------------------


FOUND = {
    "jordan": ["chicago"],
    "JORDAN retro": ["chicago"],
    "jordn": ["chicago"],
    "joradn": ["chicago"],
    "chcago": ["chicago"],
    "yezy zebra": ["zebra"],
    "zebra yezy": ["zebra"],
    "addidas zebra": ["zebra"],
    "zebr": ["zebra"],
    "creme": ["990"],
    "Crème": ["990"],
    "new balnce": ["990"],
    "dunk low": ["dunk"],
    "dunk-low": ["dunk"],
    "white/blac": ["dunk"],
    "DD1391-100": ["dunk"],
    "dd1391 100": ["dunk"],
    "dd1391100": ["dunk"],
    "cp9654": ["zebra"],
    "yeezy boost 350": ["pirate", "zebra"],
    # Numbers and short words are matched exactly.
    "yeezy 351": [],
    "duk": [],
    "lwo": [],
    "zebra jordan": [],
    "sandals": [],
}


async def test_every_word_is_found_also_with_a_typo(full: Shelf) -> None:
    assert {text: sorted(await full.found(text)) for text in FOUND} == FOUND
    assert {text: sorted(await full.suggested(text)) for text in FOUND} == FOUND


async def test_without_a_word_everything_is_found(full: Shelf) -> None:
    for text in ("", "  ", "!?", '" *', "%", "\\", "'"):
        assert len(await full.found(text)) == len(NAMES), text
        assert len(await full.suggested(text)) == len(NAMES), text


async def test_special_characters_are_plain_text(full: Shelf) -> None:
    expected: dict[str, list[str]] = {
        '"zebra': ["zebra"],
        "^zebra*": ["zebra"],
        "(zebra": ["zebra"],
        "-zebra": ["zebra"],
        "zebra OR dunk": [],
        'zebra" AND "dunk': [],
        "NEAR(zebra": [],
        "text:zebra": [],
        "日本": [],
    }
    assert {text: await full.found(text) for text in expected} == expected
    assert {text: await full.suggested(text) for text in expected} == expected


async def test_letters_of_every_alphabet_are_found(shelf: Shelf) -> None:
    await shelf.add(model="Кроссовки", style_code="RU-1")
    await shelf.add(model="Straße", style_code="DE-1")
    assert await shelf.found("кросс") == ["RU-1"]
    assert await shelf.found("кросовки") == ["RU-1"]
    assert await shelf.found("STRASSE") == ["DE-1"]


async def test_a_style_code_comes_first_whatever_is_traded_more(shelf: Shelf) -> None:
    await shelf.add(model="About CP9654", style_code="OTHER", sales=900)
    await shelf.add("zebra")
    assert await shelf.found("cp9654") == ["zebra", "OTHER"]
    assert await shelf.suggested("CP9654") == ["zebra", "OTHER"]


async def test_exact_words_come_before_prefixes(shelf: Shelf) -> None:
    await shelf.add(model="Bluebird", style_code="BEGINS", sales=900)
    await shelf.add(model="Blue", style_code="IS")
    await shelf.add(model="Blue", style_code="SOLD", sales=1)
    assert await shelf.found("blue") == ["SOLD", "IS", "BEGINS"]


MISSPELLINGS = {
    "yezy zebra": "adidas Yeezy Boost 350 V2 Zebra",
    "yeezy zebar": "adidas Yeezy Boost 350 V2 Zebra",
    "addidas yeezy crem white": "adidas Yeezy Boost 350 V2 Cream White",
    "turtledov": "adidas Yeezy Boost 350 Turtledove",
    "turtel dove": "",
    "turtledvoe": "adidas Yeezy Boost 350 Turtledove",
    "yezzy oxfrod tan": "adidas Yeezy Boost 350 Oxford Tan",
    "moonrok": "adidas Yeezy Boost 950 Moonrock",
    "mooonrock 950": "adidas Yeezy Boost 950 Moonrock",
    "burnt siena": "Yeezy Military Boot Burnt Sienna",
    "militery burnt": "Yeezy Military Boot Burnt Sienna",
    "onxy shade": "Yeezy Military Boot Onyx Shade",
    "oynx shade": "Yeezy Military Boot Onyx Shade",
    "glow in teh dark": "",
    "glow in the dakr": "adidas Yeezy Boost 750 Light Grey Glow In The Dark",
    "boost 350 coper": "adidas Yeezy Boost 350 V2 Core Black Copper",
    "pirat blak 2015": "adidas Yeezy Boost 350 Pirate Black (2015)",
}


async def test_misspellings_of_the_sample_catalogue_are_found(shelf: Shelf) -> None:
    with CATALOGUE.open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            document = shelf.document(
                brand="adidas",
                model=row["product"],
                colorway=row["color"],
                style_code=f"S-{number}",
            )
            shelf.known[document.product_id] = row["product"]
            await shelf.index.put(document)
    found = {text: await shelf.found(text, limit=3) for text in MISSPELLINGS}
    first = {text: names[0] if names else "" for text, names in found.items()}
    assert first == MISSPELLINGS


# ---- filters, facets, order, pages -----------------------------------------------------------


@pytest.fixture
async def market(shelf: Shelf) -> Shelf:
    big = (Size("12"), Size("6Y"))
    await shelf.add("dunk", lowest_ask=9_900, sales=5, release_date=date(2021, 3, 10))
    await shelf.add("chicago", lowest_ask=45_000, sales=7, release_date=date(2015, 5, 30))
    await shelf.add("zebra", lowest_ask=30_000, sales=9, release_date=date(2017, 2, 25), sizes=big)
    await shelf.add("pirate", sales=2, release_date=date(2015, 8, 22), sizes=big)
    return shelf


async def test_filters_combine(market: Shelf) -> None:
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"brand": "ADIDAS"}, ["zebra", "pirate"]),
        ({"brand": "adi"}, []),
        ({"size": "12"}, ["zebra", "pirate"]),
        ({"size": "6Y"}, ["zebra", "pirate"]),
        ({"size": "6"}, []),
        ({"size": "9"}, ["chicago", "dunk"]),
        ({"min_price": 30_000}, ["chicago", "zebra"]),
        ({"max_price": 30_000}, ["zebra", "dunk"]),
        ({"min_price": 30_000, "max_price": 30_000}, ["zebra"]),
        ({"year": 2015}, ["chicago", "pirate"]),
        ({"year": 2015, "brand": "Jordan"}, ["chicago"]),
        ({}, ["zebra", "chicago", "dunk", "pirate"]),
    ]
    for filters, found in expected:
        assert sorted(await market.found(**filters)) == sorted(found), filters
        yeezys = sorted(name for name in found if name in ("zebra", "pirate"))
        assert sorted(await market.found("yeezy", **filters)) == yeezys, filters


ORDERS = {
    SearchSort.RELEVANCE: ["zebra", "chicago", "dunk", "pirate"],
    SearchSort.MOST_TRADED: ["zebra", "chicago", "dunk", "pirate"],
    SearchSort.PRICE_ASC: ["dunk", "zebra", "chicago", "pirate"],
    SearchSort.PRICE_DESC: ["chicago", "zebra", "dunk", "pirate"],
    SearchSort.NEWEST: ["dunk", "zebra", "pirate", "chicago"],
}


async def test_results_are_sorted_as_requested(market: Shelf) -> None:
    assert {sort: await market.found(sort=sort) for sort in SearchSort} == ORDERS
    assert {sort: await market.found("yeezy", sort=sort) for sort in SearchSort} == {
        sort: [name for name in names if name in ("zebra", "pirate")]
        for sort, names in ORDERS.items()
    }


async def test_equals_are_listed_by_trades_and_then_newest_first(shelf: Shelf) -> None:
    for sales in (1, 2, 1):
        await shelf.add(lowest_ask=10_000, sales=sales, release_date=date(2020, 1, 1))
    for sort in SearchSort:
        assert await shelf.found(sort=sort) == ["TS-0002", "TS-0003", "TS-0001"]


async def test_facets_count_what_is_found(market: Shelf) -> None:
    everything = await market.index.facets(SearchQuery())
    assert everything.brands == (
        FacetCount("adidas", 2),
        FacetCount("Jordan", 1),
        FacetCount("Nike", 1),
    )
    assert everything.sizes == tuple(FacetCount(size, 2) for size in ("9", "10.5", "12", "6Y"))
    assert everything.years == (
        FacetCount("2021", 1),
        FacetCount("2017", 1),
        FacetCount("2015", 2),
    )
    assert everything.prices == (
        PriceCount(0, 10_000, 1),
        PriceCount(30_000, 50_000, 2),
    )
    yeezys = await market.index.search(SearchQuery("yezy", SearchFilters(year=2017)))
    assert yeezys.total == 1
    assert yeezys.facets.brands == (FacetCount("adidas", 1),)
    assert yeezys.facets == await market.index.facets(
        SearchQuery("yezy", SearchFilters(year=2017), limit=1, offset=5)
    )
    nothing = await market.index.search(SearchQuery("sandals"))
    assert (nothing.total, nothing.facets.brands, nothing.hits) == (0, (), ())


async def test_a_brand_in_several_spellings_is_counted_as_the_filter_finds_it(
    shelf: Shelf,
) -> None:
    for brand in ("Nike", "NIKE", "nike", "NIKE", "New Balance", "new-balance"):
        await shelf.add(brand=brand)
    assert (await shelf.index.facets(SearchQuery())).brands == (
        FacetCount("NIKE", 4),
        FacetCount("New Balance", 2),
    )
    for brand, count in (("Nike", 4), ("NEW BALANCE", 2)):
        found = await shelf.index.search(SearchQuery(filters=SearchFilters(brand=brand)))
        assert found.total == found.facets.brands[0].count == count


ALIKE = ["İstanbul", "istanbul", "ISTANBUL"], ["ıstanbul"], ["Straße", "STRASSE", "STRAẞE"], ["---"]
"""Brands of which the spellings of each list are one."""


async def test_letters_that_only_look_alike_are_different_brands(shelf: Shelf) -> None:
    for spellings in ALIKE:
        for brand in spellings:
            await shelf.add(brand=brand, model=brand)
    for spellings in ALIKE:
        for brand in spellings:
            found = await shelf.index.search(SearchQuery("", SearchFilters(brand=brand)))
            assert sorted(hit.model for hit in found.hits) == sorted(spellings)
            assert [each.count for each in found.facets.brands] == [len(spellings)]


async def test_a_price_falls_in_one_bucket(shelf: Shelf) -> None:
    for price in (0, 9_999, 10_000, 99_999, 100_000, 9_000_000, None):
        await shelf.add(lowest_ask=price)
    assert (await shelf.index.facets(SearchQuery())).prices == (
        PriceCount(0, 10_000, 2),
        PriceCount(10_000, 20_000, 1),
        PriceCount(50_000, 100_000, 1),
        PriceCount(100_000, None, 2),
    )


async def test_hit_has_all_fields(shelf: Shelf) -> None:
    document = await shelf.add("990", lowest_ask=12_300, sales=4)
    results = await shelf.index.search(SearchQuery("990v5"))
    [hit] = results.hits
    for name in ("product_id", "style_code", "brand", "model", "colorway", "retail_price"):
        assert getattr(hit, name) == getattr(document, name)
    assert (hit.release_date, hit.sizes) == (document.release_date, document.sizes)
    assert (hit.lowest_ask, hit.sales) == (12_300, 4)
    [suggestion] = await shelf.index.autocomplete("990", 10)
    assert suggestion.text == "New Balance 990v5 Crème Grey"
    assert suggestion.style_code == "M990GL5"


async def test_pages_have_everything_once(shelf: Shelf) -> None:
    for number in range(7):
        await shelf.add(sales=number % 3)
    seen, offset = [], 0
    while True:
        results = await shelf.index.search(SearchQuery("testbrand", limit=3, offset=offset))
        assert results.total == 7
        seen += [hit.product_id for hit in results.hits]
        if results.next_offset is None:
            break
        offset = results.next_offset
    assert len(seen) == len(set(seen)) == 7
    assert offset == 6


async def test_last_page_that_is_full_has_no_cursor(shelf: Shelf) -> None:
    for _ in range(4):
        await shelf.add()
    results = await shelf.index.search(SearchQuery(limit=2, offset=2))
    assert len(results.hits) == 2
    assert results.next_offset is None
    assert await shelf.found(offset=9) == []


# ---- autocomplete --------------------------------------------------------------------------------


async def test_what_is_being_typed_is_completed_most_traded_first(shelf: Shelf) -> None:
    for name, sales in (("zebra", 5), ("pirate", 8), ("dunk", 9)):
        await shelf.add(name, sales=sales)
    assert await shelf.suggested("y") == ["pirate", "zebra"]
    assert await shelf.suggested("yeezy boo") == ["pirate", "zebra"]
    assert await shelf.suggested("yeezy boost 350 z") == ["zebra"]
    assert await shelf.suggested("y", limit=1) == ["pirate"]
    assert await shelf.suggested("") == ["dunk", "pirate", "zebra"]


async def test_a_text_that_is_too_long_is_not_completed(shelf: Shelf) -> None:
    with pytest.raises(InvalidText):
        await shelf.index.autocomplete("x" * (MAX_TEXT + 1), 5)
