"""A size has one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solebook.ports.language.errors import InvalidSize
from solebook.ports.language.market import is_size, parse_size


@pytest.mark.parametrize("text", ["1", "9", "10", "10.5", "25", "25.5", "6Y", "8.5W", "5C", "13K"])
def test_a_size_as_on_the_box_is_a_size(text: str) -> None:
    assert parse_size(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "0",
            "0.5",
            "26",
            "10.0",
            "10.25",
            "010",
            "+10",
            "-1",
            "1e1",
            "1_0",
            "9y",
            "9 ",
            " 9",
        ),
        *("9\n", "US 9", "9,5", "9\u00bd"),
        # Digits outside ASCII, which Python also accepts as digits.
        *("1\u0660", "1\uff10", "\uff11\uff10", "1\u00b2", "\u0661", "\u0967", "9.\uff15"),
        # A letter that looks like an ASCII one, and invisible characters.
        *("9\u0421", "9\uff39", "9\u200b", "\ufeff9", "\u202e9"),
    ],
)
def test_any_other_spelling_of_a_size_is_refused(text: str) -> None:
    assert not is_size(text)
    with pytest.raises(InvalidSize) as refused:
        parse_size(text)
    assert refused.value.size == text


@given(
    text=st.text(
        st.characters(categories=["Nd", "No", "Nl"]) | st.sampled_from(".WYCK"), max_size=5
    )
)
def test_a_size_is_of_ascii(text: str) -> None:
    assert text.isascii() or not is_size(text)
