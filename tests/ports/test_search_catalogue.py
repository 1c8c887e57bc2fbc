"""Contract of SearchIndex: realistic queries on a catalogue of real names."""

import pytest

from ..sneakers import SNEAKERS, codes_with
from .shelf import Shelf

ALL_OF = {
    "jordan": codes_with("jordan"),
    "jordn": codes_with("jordan"),
    "jrodan": codes_with("jordan"),
    "air jordn 4": codes_with("jordan 4"),
    "jordan retor high": codes_with("jordan", "high"),
    "travis scot": codes_with("travis scott"),
    "yezy": codes_with("yeezy"),
    "yezy zebra": {"CP9654"},
    "yeezy zebar": {"CP9654"},
    "zebra": {"CP9654"},
    "yeezi bost 350": codes_with("yeezy boost 350"),
    "yezzy core blck": codes_with("yeezy", "core black"),
    "turtledvoe": {"AQ4832"},
    "wave runer": {"B75571"},
    "dunk low": codes_with("dunk low"),
    "chunky dunki": {"CU3244-100"},
    "strangelov": {"CT2552-800"},
    "new balence 990": {"M990GL5"},
    "creme brulee": {"S70654-1"},
    "off whte": {"AA3836-100"},
    "saucny shadow": {"S70654-1"},
    # A style code: complete, in parts, and as a prefix.
    "CP9654": {"CP9654"},
    "cp9654": {"CP9654"},
    "555088-061": {"555088-061"},
    "555088 061": {"555088-061"},
    "555088061": {"555088-061"},
    "555088": codes_with("555088"),
    "308497-": codes_with("308497"),
    "cp9": codes_with("cp9"),
    "vn000d3hy28": {"VN000D3HY28"},
    "h54fk1010": {"H54FK-1010"},
    # Numbers are matched exactly.
    "555088-062": set(),
    "yeezy 751": set(),
}


@pytest.fixture
async def shop(shelf: Shelf) -> Shelf:
    for style_code, brand, model, colorway in SNEAKERS:
        await shelf.add(style_code=style_code, brand=brand, model=model, colorway=colorway)
    return shelf


def test_catalogue_contains_the_expected_products() -> None:
    assert len(SNEAKERS) == len({code for code, *_ in SNEAKERS}) == 40
    assert [text for text, codes in ALL_OF.items() if not codes] == ["555088-062", "yeezy 751"]


async def test_typed_text_finds_only_the_intended_products(shop: Shelf) -> None:
    assert {text: set(await shop.found(text, limit=40)) for text in ALL_OF} == ALL_OF


async def test_typed_text_is_completed_to_the_intended_products(shop: Shelf) -> None:
    assert {text: set(await shop.suggested(text, limit=20)) for text in ALL_OF} == ALL_OF


async def test_every_style_code_finds_its_product_first(shop: Shelf) -> None:
    for code, *_ in SNEAKERS:
        assert (await shop.found(code))[0] == code
        assert (await shop.suggested(code.lower()))[0] == code
        assert (await shop.found(code.replace("-", "")))[0] == code
