"""Names of products: how they are offered, and the texts that mean exactly one of them."""

from hashlib import blake2b
from typing import Protocol

from ...ports.language.text import spelling_key


class Named(Protocol):
    """A product as any index has it."""

    @property
    def style_code(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def colorway(self) -> str: ...


def name_of(product: Named) -> str:
    """Return a product's brand, model and colorway."""
    return f"{product.brand} {product.model} {product.colorway}"


def name_key(product: Named) -> str:
    """Return the letters and digits of a product's name."""
    return spelling_key(name_of(product))


def offered_text(product: Named, *, is_shared: bool) -> str:
    """Return the text under which a product is offered, by which it is found first.

    If others share the name, or nothing in it can be searched for, the style code tells which.
    """
    name = name_of(product)
    return f"{name} {product.style_code}" if is_shared or not spelling_key(name) else name


def own_keys(product: Named) -> tuple[str, ...]:
    """Return the keys of the texts that mean this product: with one of them typed, it is first.

    They are its style code, its name, and both.
    """
    style, name = spelling_key(product.style_code), name_key(product)
    return tuple(dict.fromkeys(key for key in (style, name, name + style) if key))


def mark(key: str) -> str:
    """Return a key as a word of a fixed length that nobody types, because it begins with a dot.

    >>> mark("nikedunklowpanda")
    '.6ba8c8f1d63da06cf4d1b6ac'
    """
    return f".{blake2b(key.encode(), digest_size=12).hexdigest()}"


def marks_of(product: Named) -> list[str]:
    """Return the marks of the texts that mean this product."""
    return [mark(key) for key in own_keys(product)]
