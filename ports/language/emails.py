"""The one spelling of an email."""

import unicodedata

_ASCII = "xn--"
"""The prefix of a word of a domain that is written in ASCII instead of its own letters."""


def email_spelling(email: str) -> str:
    """Return the one spelling of all that reach the same box, whether it is an email or not.

    White space around it is removed. It is in lower case, and letters with marks are composed. A
    domain is in its own letters.

    >>> email_spelling(" Buyer-1@Example.com "), email_spelling("a@XN--BCHER-KVA.example")
    ('buyer-1@example.com', 'a@bücher.example')
    """
    text = _composed(email.strip())
    if text.isascii() and _ASCII not in text:
        return text
    name, at, domain = text.rpartition("@")
    # Full-width letters and dots of other scripts are the same domain.
    words = _composed(unicodedata.normalize("NFKC", domain)).replace("。", ".").split(".")
    return _composed(name + at + ".".join(map(_in_own_letters, words)))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _in_own_letters(word: str) -> str:
    """Return a word of a domain in its own letters, or as it is if it stands for none."""
    if not word.startswith(_ASCII):
        return word
    try:
        own = word.removeprefix(_ASCII).encode("ascii").decode("punycode")
        is_its = _ASCII + own.encode("punycode").decode() == word
    except UnicodeError:
        return word
    return own if is_its and not own.isascii() and own == _composed(own) else word
