"""Products as Redis keeps them."""

from dataclasses import fields
from hashlib import blake2b

import msgspec

from ...ports.language.catalog import Product, ProductImage

_FIELDS = ",".join(field.name for kind in (Product, ProductImage) for field in fields(kind))
_VERSION = blake2b(_FIELDS.encode(), digest_size=4).digest()
"""Begins every product, so that none is read as one of a version with other fields."""
_decoder = msgspec.msgpack.Decoder(Product)


def encode_product(product: Product) -> bytes:
    """Return a product as bytes."""
    return _VERSION + msgspec.msgpack.encode(product)


def decode_product(payload: bytes) -> Product:
    """Return a product. Raises ValueError for one of another version."""
    if not payload.startswith(_VERSION):
        raise ValueError("a product of another version")
    return _decoder.decode(payload[len(_VERSION) :])
