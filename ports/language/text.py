"""Text that people typed: bounded, visible, and without white space around it."""

import re

from .errors import InvalidText

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line and paragraph separators, and halves of surrogate pairs."""


def check_text(field: str, value: str, *, max_length: int, min_length: int = 1) -> str:
    """Return `value` without the white space around it, `min_length` to `max_length` characters.

    `field` names it in the refusal. Raises InvalidText: too short or too long once stripped (so
    blank, unless `min_length` is 0), or a control character inside, a line break among them.

    >>> check_text("city", " Portland ", max_length=100)
    'Portland'
    """
    text = value.strip()
    if len(text) > max_length:
        raise InvalidText(field=field, problem=f"is longer than {max_length} characters")
    if len(text) < min_length:
        problem = f"is shorter than {min_length} characters" if text else "is empty"
        raise InvalidText(field=field, problem=problem)
    if _CONTROL.search(text):
        raise InvalidText(field=field, problem="has a line break or another control character")
    return text
