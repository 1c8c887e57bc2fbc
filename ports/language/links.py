"""Links and addresses in user texts, as mail programs and phones detect them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from .errors import InvalidText
from .text import check_text, one_line
from .top_level_domains import TOP_LEVEL_DOMAINS
from .visible import is_overlooked

REMOVED = "[link removed]"
"""The replacement of a link."""

_DOTS = dict.fromkeys(map(ord, "。．｡"), ".")
"""Characters that browsers treat as the dots of a domain."""

_SCHEME = re.compile(
    r"""(?<![a-z0-9])(?:[a-z][a-z0-9+.-]*:/+|(?:SCHEMES):(?=\S))[^\s<>"]*""".replace(
        "SCHEMES", "data|file|ftp|https?|javascript|mailto|skype|sms|tel|tg|vbscript|whatsapp"
    )
)
_LIKE_A_LINK = re.compile(r"""(?<![a-z0-9])[a-z][a-z0-9+.-]+:(?=\S)|\w@\w|\\\\\w|(?<!\S)//\w""")
"""What looks like a link or an address, even if few programs link it: a scheme followed by text, an
email address without a dot, a path that names a host.
"""
_WWW = re.compile(r"""(?<!\w)www\d?\.[^\s<>"]*""")
_EMAIL = re.compile(r"""[^\s@<>()\[\],;:"]+@[\w-]+(?:\.[\w-]+)+""")
_DOMAIN = re.compile(r"""(?<![\w.-])[\w-]+(?:\.[\w-]+)+""")
_PATH = re.compile(r"""\.?(?::\d+)?(?:[/?#][^\s<>"]*)?""")
_FOUR_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")

_COMMON = """
    ai app be biz cc click cn co com de dev eu example gg gl info io link ly me net online org page
    ru shop site store test to top tv uk us xyz
"""
_SHORT = frozenset(_COMMON.split())
"""The top-level domains of a one-letter domain: `t.me` is a link, and `M.Sc` is not."""


def has_link(text: str) -> bool:
    """Return whether a mail program would turn something in `text` into a link.

    >>> has_link("Pay at evil.example/now"), has_link("St. John, Air Max 1.0")
    (True, False)
    """
    return next(_links(_plain(text)[0]), None) is not None


def without_links(text: str, instead: str = REMOVED) -> str:
    """Return `text` with `instead` in place of each link and address.

    >>> without_links("Call me: seller@example.com")
    'Call me: [link removed]'
    """
    while True:
        plain, places = _plain(text)
        links = list(_links(plain))
        if not links:
            return text
        for start, end in reversed(links):
            after = places[end] if end < len(places) else len(text)
            text = text[: places[start]] + instead + text[after:]


def plain_name(text: str) -> str:
    """Return a name on one line and without links; it may become empty.

    >>> plain_name("Test evil.example")
    'Test'
    """
    return " ".join(without_links(one_line(text), "").split())


def check_plain(field: str, value: str, *, max_length: int, min_length: int = 1) -> str:
    """Return `value` as `check_text` does, if it contains no link or address.

    It is for names and titles that others see. It is stricter than `has_link`: text that only looks
    like a link is refused too, such as `http:evil`. Raises InvalidText.
    """
    text = check_text(field, value, max_length=max_length, min_length=min_length)
    if has_link(text) or _LIKE_A_LINK.search(_plain(text)[0]):
        raise InvalidText(field=field, problem="has a link or an address in it")
    return text


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` as programs read it, and the origin of each of its characters.

    It is in lower case and without invisible characters. Full-width letters and similar characters
    are normalized.
    """
    if text.isascii():
        return text.lower(), range(len(text))
    plain, places = [], []
    for place, character in enumerate(text):
        if is_overlooked(character):
            continue
        read = unicodedata.normalize("NFKC", character).translate(_DOTS).lower()
        plain.append(read if len(read) == 1 else character)
        places.append(place)
    return "".join(plain), places


def _links(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each link, in order."""
    end = 0
    while True:
        found = [span for span in (_first(plain, end, kind) for kind in _KINDS) if span]
        if not found:
            return
        start, end = min(found, key=lambda span: (span[0], -span[1]))
        yield start, end


def _first(plain: str, begin: int, kind: re.Pattern[str]) -> tuple[int, int] | None:
    for match in kind.finditer(plain, begin):
        path = _PATH.match(plain, match.end())
        end = path.end() if path is not None else match.end()
        if kind is not _DOMAIN:
            return match.start(), match.end()
        if _is_domain(match.group(), has_path=end > match.end() + 1):
            return match.start(), end
    return None


_KINDS = (_SCHEME, _WWW, _EMAIL, _DOMAIN)


def _is_domain(name: str, *, has_path: bool) -> bool:
    """Return whether words with dots between them are a domain or an IP address."""
    if _FOUR_NUMBERS.fullmatch(name):
        return True
    *labels, last = name.rstrip("_-").split(".")
    if has_path and last.isalpha() and len(last) > 1:
        return True
    if not last.isascii():
        try:
            last = last.encode("idna").decode()
        except UnicodeError:
            return False
    return last in (_SHORT if len(labels[-1]) == 1 else TOP_LEVEL_DOMAINS)
