"""Characters that cannot be seen, and texts without them."""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories: control, format (also direction and tags), unassigned, private, surrogate, breaks."""
_NO_ACCIDENTS = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LOOKS_EMPTY = frozenset(
    (
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0x16FE4, 0x1D159),
        *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
    )
)
"""Characters of other categories without anything to see: fillers and variation selectors."""
_JOINERS = "\u200c\u200d"
_STYLES = "\ufe0e\ufe0f"
"""Variation selectors that show a symbol as text or as an emoji."""
_KEYCAP = "\u20e3"
_ALSO_SYMBOLS = "‼⁉〰ℹ"  # these very characters are meant
_VIRAMA = 9
"""The combining class of signs that take the vowel from a letter."""
_SKIN = range(0x1F3FB, 0x1F400)

_JOINING_SCRIPTS = """
    ARABIC SYRIAC NKO MONGOLIAN MANDAIC PHAGS-PA DEVANAGARI BENGALI GURMUKHI GUJARATI ORIYA TAMIL
    TELUGU KANNADA MALAYALAM SINHALA KHMER MYANMAR TIBETAN BALINESE JAVANESE
"""
_JOINING = frozenset(_JOINING_SCRIPTS.split())
"""Scripts in which a joiner between two letters changes how these look."""


def is_empty_looking(character: str) -> bool:
    """Return whether a character alone cannot be seen."""
    return unicodedata.category(character) in _UNSEEN or ord(character) in _LOOKS_EMPTY


def is_overlooked(character: str) -> bool:
    """Return whether programs and people read a text as if a character were not there.

    Line breaks, control characters and surrogates are no such characters.
    """
    return is_empty_looking(character) and unicodedata.category(character) not in _NO_ACCIDENTS


def hidden_in(text: str) -> str | None:
    r"""Return the first character that is there but not to be seen, or None.

    White space can be seen. Joiners can be seen between letters of scripts that join, and in emoji;
    so can what makes a symbol an emoji.

    >>> hidden_in("Zero\u200bwidth"), hidden_in("Plain"), hidden_in("می\u200cروم")
    ('\u200b', None, None)
    """
    if text.isascii() and text.isprintable():
        return None
    for place, character in enumerate(text):
        if is_empty_looking(character) and not _has_effect(text, place):
            return character
    return None


def without_hidden(text: str) -> str:
    """Return `text` without characters that cannot be seen, also without all joiners.

    Line breaks, control characters and surrogates stay: they are no part of a text by accident.
    """
    return "".join(character for character in text if not is_overlooked(character))


def _has_effect(text: str, place: int) -> bool:
    """Return whether a joiner or a variation selector changes how its neighbours look."""
    before, character, after = text[place - 1 : place], text[place], text[place + 1 : place + 2]
    if character in _STYLES:
        return bool(before) and (_is_symbol(before) or after == _KEYCAP)
    if character not in _JOINERS or not before:
        return False
    if character == _JOINERS[1] and unicodedata.combining(before) == _VIRAMA:
        return True  # also at the end of a word
    if not after:
        return False
    if _script(before) in _JOINING:
        return _script(before) == _script(after)
    is_emoji = _is_symbol(before) or before in _STYLES
    return character == _JOINERS[1] and is_emoji and _is_symbol(after)


def _is_symbol(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("So", "Sm") or character in _ALSO_SYMBOLS or ord(character) in _SKIN


def _script(letter: str) -> str:
    """Return the script of a letter or a mark, or nothing if it is another character."""
    if unicodedata.category(letter)[0] not in "LM":
        return ""
    return unicodedata.name(letter, "").partition(" ")[0]
