"""An email is one email in every spelling that reaches the same box."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.ports.language.emails import email_spelling


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        (" Buyer@Example.COM\n", "buyer@example.com"),
        ("ju\u0308rgen@example.com", "jürgen@example.com"),
        ("JÜRGEN@example.com", "jürgen@example.com"),
        ("JU\u0308RGEN@example.com", "jürgen@example.com"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("a@XN--BCHER-KVA.example", "a@bücher.example"),
        ("a@bu\u0308cher.example", "a@bücher.example"),
        ("a@ｅxample．com", "a@example.com"),
        ("a@example。com", "a@example.com"),
        ("a@straße.example", "a@straße.example"),
        ("ａ@example.com", "ａ@example.com"),
        ("xn--a@example.com", "xn--a@example.com"),
        ("a@xn--abc-.example", "a@xn--abc-.example"),
        ("a@xn--\u00fc.example", "a@xn--\u00fc.example"),
        ("a@xn--99999999999.example", "a@xn--99999999999.example"),
        ("no email", "no email"),
        ("", ""),
    ],
)
def test_spelling(typed: str, spelling: str) -> None:
    assert email_spelling(typed) == spelling


@settings(max_examples=50)
@given(st.text(max_size=8), st.text(st.sampled_from("aÜüßΣσ̈İ。．.ﬁ①k"), max_size=6))
def test_all_spellings_are_one(name: str, domain: str) -> None:
    typed = f"{name}@{domain}.example"
    spelling = email_spelling(typed)
    assert email_spelling(spelling) == spelling
    assert email_spelling(unicodedata.normalize("NFD", typed)) == spelling
    assert email_spelling(unicodedata.normalize("NFC", typed)) == spelling
