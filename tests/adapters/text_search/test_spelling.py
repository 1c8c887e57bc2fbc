"""How far a word may be from the one that was meant."""

from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from solebook.adapters.text_search.spelling import (
    allowed_typos,
    candidate_trigrams,
    nearest,
    trigrams,
    typos,
)
from solebook.ports.language.text import words_of

WORDS = st.text(alphabet="abcde", max_size=8)


def every_way(typed: str, meant: str) -> int:
    """The fewest typos, by trying every way to make one word of the other."""

    @cache
    def fewest(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        ways = [
            fewest(i - 1, j) + 1,
            fewest(i, j - 1) + 1,
            fewest(i - 1, j - 1) + (typed[i - 1] != meant[j - 1]),
        ]
        if i > 1 and j > 1 and typed[i - 2 : i] == meant[j - 1] + meant[j - 2]:
            ways.append(fewest(i - 2, j - 2) + 1)
        return min(ways)

    return fewest(len(typed), len(meant))


@given(WORDS, WORDS, st.integers(0, 3))
def test_typos_are_counted_up_to_the_most_that_matter(typed: str, meant: str, most: int) -> None:
    fewest = every_way(typed, meant)
    assert typos(typed, meant, most) == (fewest if fewest <= most else None)


@given(st.text(alphabet="abcdefgh", min_size=4, max_size=9), st.data())
def test_one_swap_leaves_a_trigram_to_find_the_word_by(meant: str, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(meant) - 2))
    typed = meant[:i] + meant[i + 1] + meant[i] + meant[i + 2 :]
    assert candidate_trigrams(typed) & trigrams(meant)
    assert meant in nearest(typed, [meant])


@given(st.text(max_size=30))
@example("\u3392 Stra\u00dfe \u0130")
def test_words_are_their_own_words(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words


def test_numbers_and_short_words_have_no_typos() -> None:
    allowed = {
        word: allowed_typos(word) for word in ("low", "1234567", "nike", "jordan", "chicago")
    }
    assert allowed == {"low": 0, "1234567": 0, "nike": 1, "jordan": 1, "chicago": 2}


def test_the_fewest_typos_are_meant() -> None:
    assert nearest("boots", ["boot", "boost", "book", "root"]) == ["boost", "boot"]
    assert nearest("yezy", ["yeezy", "easy"]) == ["yeezy"]
    assert nearest("350", ["351", "3500"]) == []
