"""Contract of SearchIndex: what it offers is what it finds, and words may be typed as one."""

import csv

import pytest

from solebook.ports.language.search import MAX_TEXT, SearchFilters, SearchQuery
from solebook.ports.language.text import words_of

from .shelf import Shelf
from .test_search_index import CATALOGUE

LONG = "Jordan 1 Retro Low OG SP fragment design x Travis Scott"
NAMED: tuple[tuple[str, str, str], ...] = (
    # 300 characters, of which each is a word
    ("a b " * 25, "c d " * 25, "e f " * 25),
    ("".join(f"{n} " for n in range(36)), "a1 " * 33, "".join(f"x{n} " for n in range(25))),
    ("ﷺ" * 30, "ﷺ" * 30, "ﷺ" * 30),
    # a name, one that continues it, and the same again
    ("Nike", "Dunk Low", "Panda"),
    ("Nike", "Dunk Low", "Panda Restock"),
    ("Nike", "Dunk-Low", "PANDA"),
    ("Nike Dunk", "Low", "Panda"),
    # without any letter
    ("★", "!!", "??"),
    ("☆", "!", "?"),
    ("Jordan", LONG, "Military Blue"),
    ("New Balance", "990v5", "Crème Grey"),
    ("x" * 100, "y" * 100, "z" * 100),
)


async def stock(shelf: Shelf) -> None:
    """Put the sample catalogue and names that are hard to tell apart. Later ones sell more."""
    with CATALOGUE.open(encoding="utf-8") as file:
        rows = [("adidas", row["product"], row["color"]) for row in csv.DictReader(file)]
    for number, (brand, model, colorway) in enumerate((*rows, *NAMED)):
        await shelf.add(
            brand=brand.strip(),
            model=model.strip(),
            colorway=colorway.strip(),
            style_code=f"S{number:03}-1",
            sales=number,
        )


@pytest.mark.integration
async def test_every_text_that_is_offered_finds_its_product_first(shelf: Shelf) -> None:
    await stock(shelf)
    everything = [
        suggestion
        for product_id in shelf.known
        for suggestion in await shelf.index.autocomplete(shelf.known[product_id], 20)
    ]
    assert {suggestion.product_id for suggestion in everything} == set(shelf.known)
    for suggestion in everything:
        results = await shelf.index.search(SearchQuery(suggestion.text, limit=1))
        assert results.hits[0].product_id == suggestion.product_id, suggestion
        [first, *_] = await shelf.index.autocomplete(suggestion.text, 5)
        assert first == suggestion


async def test_only_products_of_one_name_are_offered_with_their_style_codes(shelf: Shelf) -> None:
    await shelf.add("zebra")
    for code in ("DD1391-100", "DD1503-101"):
        await shelf.add(brand="Nike", model="Dunk Low", colorway="Panda", style_code=code)
    assert [s.text for s in await shelf.index.autocomplete("", 5)] == [
        "Nike Dunk Low Panda DD1503-101",
        "Nike Dunk Low Panda DD1391-100",
        "adidas Yeezy Boost 350 V2 Zebra",
    ]
    assert [s.text for s in await shelf.index.autocomplete("dd1391", 5)] == [
        "Nike Dunk Low Panda DD1391-100"
    ]


async def test_a_whole_name_comes_before_what_is_traded_more(shelf: Shelf) -> None:
    await shelf.add(model="Jordan 1", colorway="Low", style_code="IS")
    await shelf.add(model="Jordan 1", colorway="Low OG", style_code="MORE", sales=900)
    assert await shelf.found("testbrand jordan 1 low") == ["IS", "MORE"]
    assert await shelf.found("testbrand jordan 1") == ["MORE", "IS"]
    assert await shelf.found("Low, Jordan 1 Testbrand") == ["MORE", "IS"]


async def test_a_long_text_may_have_a_typo(shelf: Shelf) -> None:
    await shelf.add(model=LONG, style_code="LONG")
    assert await shelf.found(LONG.replace("fragment", "fragmnet")) == ["LONG"]
    # The first 20 words are looked for.
    assert await shelf.found(" ".join(f"w{n:02}" for n in range(MAX_TEXT // 4))) == []
    assert await shelf.found(" ".join(["jordan", *(str(n) for n in range(40))])) == []


TOGETHER = {
    "350v2": ["zebra"],
    "350V2 zebra": ["zebra"],
    "boost350v2": ["zebra"],
    "yeezyboost": ["pirate", "zebra"],
    "yeezyboost350": ["pirate", "zebra"],
    "dunkl": ["dunk"],
    "dunklow": ["dunk"],
    "airjordan1": ["chicago"],
    "jordan1": ["chicago"],
    "jordan1retro": ["chicago"],
    "newbalance": ["990"],
    "newbalance990": ["990"],
    "990 v5": ["990"],
    "new balance 990 v": ["990"],
    # Only neighbours belong together, and without a typo.
    "pirateboost": [],
    "airjordon1": [],
}


async def test_words_may_be_typed_together_or_apart(full: Shelf) -> None:
    assert {text: sorted(await full.found(text)) for text in TOGETHER} == TOGETHER
    assert {text: sorted(await full.suggested(text)) for text in TOGETHER} == TOGETHER


async def test_air_max_is_found_however_it_is_written(shelf: Shelf) -> None:
    await shelf.add(brand="Nike", model="Air Max 97", style_code="APART")
    await shelf.add(brand="Nike", model="AirMax97", style_code="ONE")
    await shelf.add(brand="Nike", model="Air VaporMax", style_code="VAPOR")
    for text in ("airmax", "AirMax97", "air max 97", "airmax 97", "air max97"):
        assert sorted(await shelf.found(text)) == ["APART", "ONE"], text
    for text in ("vapormax", "vapor max", "airvapormax"):
        assert await shelf.found(text) == ["VAPOR"], text


async def test_a_suggestion_can_stay_within_a_brand(full: Shelf) -> None:
    async def within(brand: str, text: str) -> list[str]:
        return full.names_of(await full.index.autocomplete(text, 10, brand=brand))

    assert await within("ADIDAS", "y") == ["pirate", "zebra"]
    assert await within("nike", "yeezy") == []
    assert await within("new-balance", "") == ["990"]
    assert await within("adi", "") == []
    assert await within("Nike", "DD1391100") == ["dunk"]
    assert await within("adidas", "DD1391100") == []
    assert await within("adidas", "yezy zebar") == ["zebra"]


@pytest.mark.parametrize("spellings", [("adidas", "Adidas", "ADIDAS"), ("★", "☆"), ("Ä", "a")])
async def test_a_facet_counts_what_its_filter_finds(
    shelf: Shelf, spellings: tuple[str, ...]
) -> None:
    for number, brand in enumerate((*spellings, "Nike")):
        await shelf.add(brand=brand, lowest_ask=9_999 + number)
    facets = await shelf.index.facets(SearchQuery("model"))
    assert sorted(facet.count for facet in facets.brands) == [1, len(spellings)]
    for facet in facets.brands:
        found = await shelf.index.search(SearchQuery(filters=SearchFilters(brand=facet.value)))
        assert found.total == facet.count
        offered = await shelf.index.autocomplete("", 10, brand=facet.value)
        assert len(offered) == facet.count
    for price in facets.prices:
        most = None if price.below is None else price.below - 1
        within = SearchFilters(min_price=price.minimum, max_price=most)
        assert (await shelf.index.search(SearchQuery(filters=within))).total == price.count


def test_every_name_of_a_product_fits_into_a_search() -> None:
    longest = 3 * 100 + 40 + 3
    assert longest <= MAX_TEXT
    assert len(words_of("a " * (longest // 2))) == longest // 2
