"""What a charge says about the pair: to the buyer at the provider, and on the bank statement."""

import re
import unicodedata

from ....ports.language.catalog import Product
from ....ports.language.market import Size

MAX_STATEMENT = 10
"""The bank's statement has 22 characters: the exchange's prefix of up to 10, `* `, and this."""
MAX_DESCRIPTION = 300

_NOT_ALLOWED = re.compile(r"[^A-Z0-9 ./&-]+")
_LETTER = re.compile(r"[A-Z]")


def description_of(product: Product, size: Size) -> str:
    """Return what the buyer pays for, in words."""
    name = f"{product.brand} {product.model} {product.colorway}"
    return f"{name} ({product.style_code}), size {size}"[:MAX_DESCRIPTION]


def statement_of(product: Product) -> str:
    """Return what a bank statement says of a product: its style code if that has a letter.

    It has at most `MAX_STATEMENT` capital letters, digits, spaces and `./&-`, and at least one
    letter, because banks demand one.
    """
    for text in (product.style_code, product.model, product.brand):
        written = _as_banks_write(text)
        if _LETTER.search(written):
            return written
    return "SNEAKERS"


def _as_banks_write(text: str) -> str:
    """Return a text in Latin capitals, without what a statement cannot have."""
    latin = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return " ".join(_NOT_ALLOWED.sub(" ", latin).split())[:MAX_STATEMENT].strip()
