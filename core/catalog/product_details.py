"""Validation of a product's details."""

import re
from collections.abc import Sequence

from ...ports.language.catalog import ProductImage
from ...ports.language.errors import InvalidText, OutOfRange
from ...ports.language.links import check_plain
from ...ports.language.market import Size, parse_size
from ...ports.language.money import Cents
from ...ports.language.text import check_text, check_url, spelling_key

MAX_SIZES = 60
MAX_IMAGES = 20
MAX_IMAGE_POSITION = 1_000

_STYLE_CODE = re.compile(r"[A-Za-z0-9-/ ]+")


def check_style_code(style_code: str) -> str:
    """Return the manufacturer's code: 3 to 40 letters, digits, `-`, `/` and spaces.

    Letters and digits are ASCII. At least one is required, because codes are compared by their
    letters and digits only. Raises InvalidText.
    """
    text = check_text("style_code", style_code, min_length=3, max_length=40)
    if not _STYLE_CODE.fullmatch(text):
        raise InvalidText(
            field="style_code", problem="may have letters, digits, -, / and spaces only"
        )
    if not spelling_key(text):
        raise InvalidText(field="style_code", problem="has no letter and no digit")
    return text


def check_product_name(field: str, name: str) -> str:
    """Return a brand, model or colorway of 1 to 100 characters, without links.

    Raises InvalidText.
    """
    return check_plain(field, name, max_length=100)


def check_retail_price(price: Cents, maximum: Cents) -> Cents:
    """Return a price from 0 to `maximum`, in minor units. Raises OutOfRange."""
    return _check_range("retail_price", price, 0, maximum)


def check_sizes(sizes: Sequence[str]) -> tuple[Size, ...]:
    """Return 1 to 60 different sizes. Raises OutOfRange, InvalidSize, InvalidText."""
    _check_range("sizes", len(sizes), 1, MAX_SIZES)
    parsed = tuple(parse_size(size) for size in sizes)
    if len(set(parsed)) < len(parsed):
        raise InvalidText(field="sizes", problem="has a duplicate size")
    return parsed


def check_images(images: Sequence[ProductImage]) -> tuple[ProductImage, ...]:
    """Return up to 20 images with valid URLs and distinct positions, sorted by position.

    Raises OutOfRange, InvalidText.
    """
    _check_range("images", len(images), 0, MAX_IMAGES)
    checked = [
        ProductImage(
            url=check_url("images", image.url),
            position=_check_range("position", image.position, 0, MAX_IMAGE_POSITION),
        )
        for image in images
    ]
    if len({image.position for image in checked}) < len(checked):
        raise InvalidText(field="images", problem="has a duplicate position")
    return tuple(sorted(checked, key=lambda image: image.position))


def _check_range(field: str, value: int, minimum: int, maximum: int) -> int:
    if not minimum <= value <= maximum:
        raise OutOfRange(field=field, value=value, minimum=minimum, maximum=maximum)
    return value
