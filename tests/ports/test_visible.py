"""What cannot be seen is found, and what can be seen is no mistake."""

import pytest

from solebook.ports.language.errors import InvalidText
from solebook.ports.language.text import check_text
from solebook.ports.language.visible import hidden_in, without_hidden

HIDDEN = [
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u061c"),  # without a width
    *("\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"),  # directions
    *("\ufe0f", "\ufe00", "\U000e0101", "\u180b", "\u034f"),  # variations
    *("\U000e0001", "\U000e0067", "\U000e007f"),  # tags
    *("\u3164", "\uffa0", "\u115f", "\u2800", "\u17b4", "\ufffc", "\U0001d159"),  # look empty
    *("\ue000", "\U00100000", "\u0378", "\uffff", "\ufff9"),  # private, unassigned, no characters
]


@pytest.mark.parametrize("character", HIDDEN, ids=lambda character: f"U+{ord(character):04X}")
def test_what_cannot_be_seen_is_refused_alone_and_inside(character: str) -> None:
    for text in (
        character,
        character * 3,
        f"Te{character}st",
        f"{character}Test",
        f"A {character}",
    ):
        assert hidden_in(text) == character
        assert without_hidden(text) == text.replace(character, "")
        with pytest.raises(InvalidText, match=rf"cannot be seen: U\+{ord(character):04X}|control"):
            check_text("first_name", text, max_length=100)


@pytest.mark.parametrize(
    "text",
    [
        "Zoë O'Neill-García",
        "Nguyễn Thị Minh",
        "e\u0301",
        "می\u200cروم",  # Persian: the joiner keeps two letters apart
        "क्\u200dष",  # Devanagari: half forms
        "ශ්\u200dරී ලංකා",  # Sinhala
        "ന്\u200d",  # Malayalam, at the end of a word
        "יוסף",
        "محمد",
        "👟",
        "❤\ufe0f",
        "👩\u200d🔧",
        "👩🏽\u200d⚕\ufe0f",
        "🏳\ufe0f\u200d🌈",
        "7\ufe0f\u20e3",
        "🇵🇹",
        "葛城",
        "A\u00a0B",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    ],
)
def test_what_can_be_seen_is_accepted(text: str) -> None:
    assert hidden_in(text) is None
    assert check_text("first_name", text, max_length=100) == text


@pytest.mark.parametrize(
    "text",
    ["می\u200c", "\u200cمی", "a\u200dم", "क\u200d\u200dष", "1\ufe0f", "👟\u200dA", "א\u200dב"],
)
def test_a_joiner_that_joins_nothing_is_refused(text: str) -> None:
    assert hidden_in(text) is not None


def test_line_breaks_and_control_characters_are_no_accidents() -> None:
    assert without_hidden("a\nb\x00c\u2028d\u200b") == "a\nb\x00c\u2028d"
