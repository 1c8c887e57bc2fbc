"""User texts: bounded, visible, and without surrounding white space."""

import re
import unicodedata
from urllib.parse import urlsplit

from .errors import InvalidText
from .visible import hidden_in

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line and paragraph separators, direction controls, and surrogates."""

_MARKS = re.compile('["“”„‟«»″＂❝❞〝〞]')
"""Characters that could be read as quotation marks."""
_APOSTROPHE = "'"

MAX_URL = 2_048
"""The maximum length of a URL."""


def check_text(field: str, value: str, *, max_length: int, min_length: int = 1) -> str:
    """Return `value` without surrounding white space, `min_length` to `max_length` characters.

    `field` names it in the refusal. Raises InvalidText: too short or too long once stripped (so
    blank, unless `min_length` is 0), a control character inside, a line break among them, or a
    character that cannot be seen (`hidden_in`).

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
    hidden = hidden_in(text)
    if hidden is not None:
        problem = f"has a character that cannot be seen: U+{ord(hidden):04X}"
        raise InvalidText(field=field, problem=problem)
    return text


def one_line(text: str) -> str:
    r"""Return `text` on one line: each run of white space and control characters is one space.

    For texts of others, where a line break would begin something new.

    >>> one_line(" Test\r\nBcc: nobody ")
    'Test Bcc: nobody'
    """
    return " ".join(_CONTROL.sub(" ", text).split())


def counted(number: int, noun: str) -> str:
    """Return a number of things in English.

    >>> counted(0, "alarm"), counted(1, "bid"), counted(2, "entry"), counted(3, "key")
    ('no alarms', '1 bid', '2 entries', '3 keys')
    """
    has_ies = noun.endswith("y") and noun[-2:-1] not in "aeou"
    plural = f"{noun[:-1]}ies" if has_ies else f"{noun}s"
    return f"{number or 'no'} {noun if number == 1 else plural}"


def quoted(said: str) -> str:
    """Return user text in quotation marks that it cannot close.

    >>> quoted('It is a "fake"')
    "“It is a 'fake'”"
    """
    return f"“{_MARKS.sub(_APOSTROPHE, said)}”"


def check_url(field: str, value: str) -> str:
    """Return `value` as an absolute http or https URL, of at most `MAX_URL` characters.

    Raises InvalidText, with `field` in it.

    >>> check_url("image", "https://images.example.com/1.jpg")
    'https://images.example.com/1.jpg'
    """
    url = check_text(field, value, max_length=MAX_URL)
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        sound = False
    if not sound:
        raise InvalidText(field=field, problem="is not an http or https URL")
    return url


def words_of(text: str) -> list[str]:
    """Return a text's words: lower case, no accents, letters and digits only.

    >>> words_of("Nike Dunk Low 'Crème'")
    ['nike', 'dunk', 'low', 'creme']
    """
    # Some characters are capitals only after decomposition, so case is folded in between.
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", apart)
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return "".join(kept).split()


def spelling_key(text: str) -> str:
    """Return the letters and digits of a text in lower case, equal for all its spellings.

    >>> spelling_key("DD1391-100") == spelling_key("dd1391 100")
    True
    """
    return "".join(words_of(text))
