"""The form of a product: what is typed, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ....ports.language.catalog import Product, ProductImage
from ....ports.language.currencies import Currency
from ....ports.language.errors import InvalidText
from ....ports.language.money import Cents
from ..posted import Form
from ..trade.amounts import amount_of, typed

NAMES = (
    "style_code",
    "brand",
    "model",
    "colorway",
    "retail_price",
    "release_date",
    "sizes",
    "images",
)
NOTHING: Mapping[str, str] = dict.fromkeys(NAMES, "")


@dataclass(frozen=True, slots=True)
class TypedProduct:
    """What a form says of a product. The use cases check the texts."""

    brand: str
    model: str
    colorway: str
    retail_price: Cents
    release_date: date
    sizes: Sequence[str]
    images: Sequence[ProductImage]


def typed_product(form: Form, currency: Currency) -> TypedProduct:
    """Return what was typed. Sizes stand between commas, images one a line. Raises InvalidText."""
    sizes = form.text("sizes").replace(",", " ").split()
    return TypedProduct(
        brand=form.text("brand"),
        model=form.text("model"),
        colorway=form.text("colorway"),
        retail_price=amount_of(form.text("retail_price"), currency),
        release_date=_day(form.text("release_date")),
        sizes=sizes,
        images=[
            ProductImage(url=url, position=number)
            for number, url in enumerate(form.text("images").split())
        ],
    )


def fields_of(product: Product, currency: Currency) -> Mapping[str, str]:
    """Return a product as it would be typed."""
    return {
        "style_code": product.style_code,
        "brand": product.brand,
        "model": product.model,
        "colorway": product.colorway,
        "retail_price": typed(product.retail_price, currency),
        "release_date": product.release_date.isoformat(),
        "sizes": ", ".join(product.sizes),
        "images": "\n".join(image.url for image in product.images),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidText(
            field="release_date", problem="must be a day such as 2021-03-10"
        ) from error
