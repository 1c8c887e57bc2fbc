"""The difference between links and harmless names."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solebook.ports.language.errors import InvalidText
from solebook.ports.language.links import REMOVED, check_plain, has_link, without_links

LINKS = [
    "http://evil.example",
    "https://evil.example/pay?order=1",
    "HTTPS://EVIL.EXAMPLE",
    "hxxp://evil.example",
    "ftp://evil",
    "http://1.2.3.4/x",
    "http:/evil",
    "www.evil",
    "www.evil.example",
    "WWW.evil.example",
    "www2.evil.example",
    "evil.example",
    "evil.example/x",
    "evil.example:8080",
    "evil.example?pay",
    "pay.evil.example",
    "evil.com",
    "evil.co.uk",
    "e-vil.xyz",
    "evil.shop",
    "x.com",
    "t.me/evil",
    "t.me",
    "bit.ly/3abc",
    "evil.unheardof/pay",
    "192.0.2.1",
    "192.0.2.1:80/x",
    "evil。example",
    "evil．example",
    "evil｡example",
    "ｅｖｉｌ．ｃｏｍ",
    "evil\u2024com",
    "evil.\u200bexample",
    "ev\u00adil.example",
    "evil\ufe0f.example",
    "evil.\u034fexample",
    "evil\u3164.example",
    "bücher.example",
    "пример.рф",
    "例え.中国",
    "xn--bcher-kva.example",
    "pay@evil.example",
    "PAY@evil.example",
    "pay+me@evil.unheardof",
    "pay＠evil.example",
    "mailto:pay",
    "tel:+15550100",
    "http:evil",
    "hTTps：evil",
    "javascript:evil(1)",
    "java\u200bscript:evil(1)",
    "data:text/html,evil",
    "file:evil",
    "Test (evil.example)",
    "Test,evil.example",
    "Test:evil.example",
    "Test evil.example.",
    "«evil.example»",
    "Test/evil.example",
    "_evil.example_",
]
LIKE_LINKS = [
    "evil:pay",
    "Test magnet:?evil",
    "web+evil:1",
    "urn:isbn:0451450523",
    "evil：pay",
    "ev\u00adil:pay",
    "evil@localhost",
    "evil＠evil",
    "\\\\evil\\pay",
    "//evil",
]
NAMES = [
    "Test",
    "A: B",
    "Dunk Low: White",
    "Test:",
    ":Test",
    "O:Test",
    "Ratio 16:9",
    "White//Black",
    "St. John",
    "St.John",
    "J.R. Tester",
    "J.R.Tester",
    "J. R. Tester",
    "O'Neill",
    "Anna-Maria",
    "Tester Jr.",
    "Dr. Test",
    "Test, M.Sc.",
    "Ph.D.",
    "Müller",
    "I \u2764\ufe0f Dunks",
    "Łukasz",
    "А.С.Тестов",
    "王小明",
    "نمونه\u200cای",
    "Nike",
    "Nike Air Max 1.0",
    "Air Max 2.0/3.0",
    "Jordan 1 Retro Low OG SP fragment design x Test Scott",
    "Off-White",
    "Yeezy Boost 350 V2",
    "A.P.C.",
    "A.P.C",
    "N.E.R.D",
    "U.N.K.L.E. x Nike",
    "No.1",
    "Vol.2",
    "White/Black-Sail",
    "Black / White",
    'Dunk Low "Panda"',
    "P.F. Flyers",
    "New Balance 990v5 (Made in U.S.A.)",
    "Size?",
    "adidas x Kith @ Miami",
    "#1",
    "1:1",
    "5.5 in",
    "UPS",
    "FedEx Int'l Priority",
    "1Z999AA10123456784",
    "RR 123 456 789 DE",
    "JJD.0001.234",
    "evil [.] example",
    "evil . example",
    "evil (dot) example",
    "Wait... what",
    "..",
    "",
]


@pytest.mark.parametrize("text", LINKS)
def test_text_that_a_mail_program_turns_into_a_link_is_a_link(text: str) -> None:
    assert has_link(text)
    with pytest.raises(InvalidText, match=r"has a link or an address in it|cannot be seen"):
        check_plain("first_name", text, max_length=100)


@pytest.mark.parametrize("text", LIKE_LINKS)
def test_a_name_must_not_even_look_like_a_link(text: str) -> None:
    with pytest.raises(InvalidText, match=r"has a link or an address in it|cannot be seen"):
        check_plain("first_name", text, max_length=100)
    assert without_links(text) == text  # no program makes it a link, so a letter may quote it


@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_removed_wherever_it_stands(text: str) -> None:
    removed = without_links(f"Please see {text} at once")
    assert REMOVED in removed
    assert "evil" not in removed.replace("evil unless", "")
    assert removed.startswith("Please see ")
    assert removed.endswith(" at once")


@pytest.mark.parametrize("text", NAMES)
def test_an_honest_name_is_no_link(text: str) -> None:
    assert not has_link(text)
    assert without_links(text) == text
    assert check_plain("model", text, max_length=100, min_length=0) == text


def test_text_around_a_link_stays() -> None:
    said = "Sold (see evil.example/a). Write to a@evil.example, b@evil.example! Box 9.5, ok."
    expected = f"Sold (see {REMOVED} Write to {REMOVED}, {REMOVED}! Box 9.5, ok."
    assert without_links(said) == expected


def test_removing_a_link_does_not_create_another_one() -> None:
    assert not has_link(without_links("evil.httpx://x example.com", ""))
    assert not has_link(without_links("a@www.b.com.evil.example", ""))


@pytest.mark.parametrize("text", ["A\nB", "A\u2028B", "A\u202eB", "A\u2066B", "A\x07"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="control character"):
        check_plain("first_name", text, max_length=100)


parts = st.sampled_from(
    [
        ".",
        "。",
        "/",
        ":",
        "@",
        " ",
        "www",
        "evil",
        "com",
        "http",
        "a",
        "\u200b",
        "1",
        "-",
        "é",
        "рф",
    ]
)


@given(
    text=st.lists(parts, max_size=12).map("".join) | st.text(max_size=30),
    instead=st.sampled_from([REMOVED, ""]),
)
@example(text="evil。com" * 20, instead="")
def test_no_link_is_left(text: str, instead: str) -> None:
    left = without_links(text, instead)
    assert not has_link(left)
    assert has_link(text) or left == text


def test_long_text_is_checked_quickly() -> None:
    for piece in ("a.", "a@", "www.", "http:/", "-", ".a-"):
        without_links(piece * 1_000)


def test_words_on_two_lines_are_no_link() -> None:
    assert not has_link("It was sold.\n\nsolebook.\ncom")
