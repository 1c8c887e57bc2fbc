"""The drawing of a product without a picture."""

import zlib


def hue_of(style_code: str) -> int:
    """Return the hue of a product's drawing in steps of 30 degrees, always the same.

    >>> hue_of("CP9654") == hue_of("CP9654") and hue_of("CP9654") % 30
    0
    """
    return zlib.crc32(style_code.encode()) % 12 * 30
