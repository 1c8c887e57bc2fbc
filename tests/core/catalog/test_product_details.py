import pytest

from solebook.core.catalog.product_details import (
    check_images,
    check_product_name,
    check_retail_price,
    check_sizes,
    check_style_code,
)
from solebook.ports.language.catalog import ProductImage
from solebook.ports.language.errors import InvalidSize, InvalidText, OutOfRange

TOP = ProductImage("https://img.example.com/top.jpg", 1)
SIDE = ProductImage("http://img.example.com/side.jpg?w=800", 2)


@pytest.mark.parametrize("code", ["DD1391-100", "555088 134", "A/B", "x" * 40])
def test_valid_style_codes_are_accepted(code: str) -> None:
    assert check_style_code(f" {code} ") == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "AB",
        "x" * 41,
        "DD1391_100",
        "DÜ1391",
        "DD\n1391",
        "a\t12",
        "- /",
        "ＤＤ1391-100",
        "DD1391-１00",
        "DD1391-1\u066000",
        "DD1391\u2010100",
        "\u0410B1391-100",
    ],
)
def test_invalid_style_codes_are_refused(code: str) -> None:
    with pytest.raises(InvalidText) as refused:
        check_style_code(code)
    assert refused.value.field == "style_code"


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "Red\x00"])
def test_blank_and_long_names_are_refused_with_their_field(name: str) -> None:
    assert check_product_name("brand", " Testbrand ") == "Testbrand"
    with pytest.raises(InvalidText) as refused:
        check_product_name("colorway", name)
    assert refused.value.field == "colorway"


def test_retail_price_is_between_0_and_the_highest_amount() -> None:
    assert check_retail_price(0, 10_000) == 0
    assert check_retail_price(10_000, 10_000) == 10_000
    for price in (-1, 10_001):
        with pytest.raises(OutOfRange) as refused:
            check_retail_price(price, 10_000)
        assert (refused.value.field, refused.value.value) == ("retail_price", price)


@pytest.mark.parametrize("name", ["Dunk evil.example/x", "www.evil", "Dunk a@evil.example"])
def test_titles_with_links_or_addresses_are_refused(name: str) -> None:
    with pytest.raises(InvalidText, match="has a link or an address in it") as refused:
        check_product_name("model", name)
    assert refused.value.field == "model"


def test_sizes_keep_their_order() -> None:
    assert check_sizes(["10.5", "9", "6Y"]) == ("10.5", "9", "6Y")


@pytest.mark.parametrize("count", [0, 61])
def test_no_sizes_and_too_many_sizes_are_refused(count: int) -> None:
    with pytest.raises(OutOfRange) as refused:
        check_sizes(["9"] * count)
    assert (refused.value.minimum, refused.value.maximum) == (1, 60)


def test_60_sizes_are_accepted() -> None:
    sizes = [f"{number}{suffix}" for suffix in ("", "W", "Y") for number in range(1, 21)]
    assert len(check_sizes(sizes)) == 60


def test_invalid_sizes_are_refused() -> None:
    with pytest.raises(InvalidSize):
        check_sizes(["9", "10.25"])


def test_duplicate_size_is_refused() -> None:
    with pytest.raises(InvalidText, match="duplicate size"):
        check_sizes(["9", "10", "9"])


def test_images_are_sorted_by_position() -> None:
    assert check_images([SIDE, TOP]) == (TOP, SIDE)
    assert check_images([]) == ()


def test_up_to_20_images_are_accepted() -> None:
    images = [ProductImage("https://img.example.com/1.jpg", n) for n in range(21)]

    assert len(check_images(images[:20])) == 20
    with pytest.raises(OutOfRange):
        check_images(images)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "top.jpg",
        "//img.example.com/top.jpg",
        "https://",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "ftp://img.example.com/top.jpg",
        "https://img.example.com/a b.jpg",
        "https://img.example.com/a\nb.jpg",
        "https://[img/top.jpg",
        "https://img.example.com/" + "x" * 2_025,
    ],
)
def test_image_with_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidText) as refused:
        check_images([TOP, ProductImage(url, 2)])
    assert refused.value.field == "images"


@pytest.mark.parametrize("position", [-1, 1_001])
def test_image_position_out_of_range_is_refused(position: int) -> None:
    with pytest.raises(OutOfRange):
        check_images([ProductImage(TOP.url, position)])


def test_duplicate_image_position_is_refused() -> None:
    with pytest.raises(InvalidText, match="duplicate position"):
        check_images([TOP, ProductImage(SIDE.url, TOP.position)])
