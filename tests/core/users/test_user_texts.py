import pytest

from solebook.core.users.user_texts import (
    check_name,
    check_new_password,
    check_provider_token,
    normalize_email,
)
from solebook.ports.language.errors import InvalidText


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("buyer-1@example.com", "buyer-1@example.com"),
        ("  Buyer.One+Shoes@Mail.Example.COM\n", "buyer.one+shoes@mail.example.com"),
        ("o'buyer@example.com", "o'buyer@example.com"),
        ("ju\u0308rgen@bu\u0308cher.example", "jürgen@bücher.example"),
        ("jürgen@xn--bcher-kva.example", "jürgen@bücher.example"),
        ("käufer@bücher.example", "käufer@bücher.example"),
        ("b" * 242 + "@example.com", "b" * 242 + "@example.com"),
    ],
)
def test_email_is_stored_in_lower_case_without_white_space(typed: str, stored: str) -> None:
    assert normalize_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "buyer",
        "@example.com",
        "buyer@",
        "buyer@example",
        "buyer@.com",
        "buyer@example.",
        "buyer@example..com",
        "a@b@example.com",
        "=?utf-8?q?a?=@example.com",
        "buyer one@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "bu\u200byer@example.com",
        "buyer\u202e@example.com",
        "می\u200cروم@example.com",
        "buyer@exa\u00admple.com",
        "buyer@xn--\u200b.example",
        "\U000e0067@example.com",
        "buyer@exam ple.com",
        "buyer@example.com, seller@example.com",
        "Buyer <buyer@example.com>",
        "buyer@example.com\nbcc: seller@example.com",
        "buyer\x00@example.com",
        "b" * 243 + "@example.com",
        "buyer@closed.invalid",
        "buyer@x.Closed.Invalid",
        "buyer@ｃｌｏｓｅｄ。invalid",
        "İ" * 122 + "@example.com",  # its lower case is twice as long
    ],
)
def test_invalid_email_addresses_are_refused(typed: str) -> None:
    with pytest.raises(InvalidText) as refused:
        normalize_email(typed)
    assert refused.value.field == "email"


def test_a_long_invalid_email_is_refused_quickly() -> None:
    with pytest.raises(InvalidText):
        normalize_email("a@" + "a." * 1_000_000)


@pytest.mark.parametrize("name", ["A", "é" * 100, "Anna-Maria", "O'Neill"])
def test_names_of_1_to_100_characters_are_accepted(name: str) -> None:
    assert check_name("first_name", f" {name} ") == name


@pytest.mark.parametrize("name", ["", " \t ", "x" * 101, "A\nB", "A\x07", "A\x85B", "A\u2028B"])
def test_names_that_are_blank_or_long_or_have_control_characters_are_refused(name: str) -> None:
    with pytest.raises(InvalidText) as refused:
        check_name("last_name", name)
    assert refused.value.field == "last_name"


@pytest.mark.parametrize("name", ["evil.example/x", "t.me/evil", "www.evil", "a@evil.example"])
def test_names_with_links_or_addresses_are_refused(name: str) -> None:
    with pytest.raises(InvalidText, match="has a link or an address in it") as refused:
        check_name("first_name", f"Test {name}")
    assert refused.value.field == "first_name"


def test_password_is_not_changed() -> None:
    assert check_new_password("  eight ") == "  eight "


def test_password_under_8_characters_is_refused() -> None:
    with pytest.raises(InvalidText) as refused:
        check_new_password("7 chars")
    assert refused.value.field == "password"


@pytest.mark.parametrize("token", ["p", "pm_card_visa", "x" * 255, "acct:1/2~!"])
def test_provider_tokens_of_visible_ascii_are_accepted(token: str) -> None:
    assert check_provider_token("token", token) == token


@pytest.mark.parametrize("token", ["", " ", "x" * 256, "pm card", "pm_é", "pm\x7f", "pm\t1"])
def test_provider_tokens_with_other_characters_are_refused(token: str) -> None:
    with pytest.raises(InvalidText):
        check_provider_token("token", token)
