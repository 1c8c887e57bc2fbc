"""Find words in spite of typos.

Adapters without a search engine of their own share these rules, so that all of them find the same.
"""

import re
from collections.abc import Iterable

from ...ports.language.text import spelling_key, words_of

_SHORTEST_WITH_A_TYPO = 4
_SHORTEST_WITH_TWO = 7
_MOST_JOINED = 3
_MOST_TYPED = 20
FORM = 2
"""The number of the form in which words are stored. An index of another form is built again."""

_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Between small and capital letters, as in VaporMax."""
_RUNS = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
"""Between digits and letters, as in 350v2."""


def indexed_words(style_code: str, *names: str) -> list[str]:
    """Return each word that a product is found by, once; a style code is also one in whole."""
    words = [word for text in (*names, style_code) for word in words_of(text)]
    return list(dict.fromkeys([*words, spelling_key(style_code)]))


def joined_words(style_code: str, *names: str) -> list[str]:
    """Return the words that a product is found by besides, because people space as they like.

    They are up to three neighbours as one word, and the parts of a word with digits or capitals.
    Style codes are left whole, or each would be found by the numbers in it.

    >>> joined_words("S-1", "Air Max", "97v2")
    ['airmax', 'airmax97v2', 'max97v2', '97', 'v2', '97v', '2']
    """
    words = words_of(" ".join(names))
    found = [
        "".join(words[start : start + count])
        for start in range(len(words))
        for count in range(2, _MOST_JOINED + 1)
        if start + count <= len(words)
    ]
    found += [part for name in names for part in words_of(_PARTS.sub(" ", name))]
    for word in words:
        for border in _RUNS.finditer(word):
            found += [word[: border.start()], word[border.start() :]]
    known = set(indexed_words(style_code, *names))
    return [word for word in dict.fromkeys(found) if word not in known]


def typed_words(text: str) -> list[str]:
    """Return the words that a search looks for: the first 20 different ones.

    Each costs a condition, and perhaps a query. Whole names are compared in full all the same.
    """
    return list(dict.fromkeys(words_of(text)))[:_MOST_TYPED]


def trigrams(word: str) -> set[str]:
    """Return the runs of three characters in a word with a space at each end.

    >>> sorted(trigrams("nike"))
    [' ni', 'ike', 'ke ', 'nik']
    """
    padded = f" {word} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def candidate_trigrams(typed: str) -> set[str]:
    """Return the trigrams of which a word that was meant must have one.

    Two swapped letters leave none of them in a word of four, so there the others are added.

    >>> trigrams("nike") <= candidate_trigrams("nkie")
    True
    """
    spellings = [typed]
    if len(typed) == _SHORTEST_WITH_A_TYPO:
        spellings += [typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] for i in range(3)]
    return {trigram for spelling in spellings for trigram in trigrams(spelling)}


def allowed_typos(word: str) -> int:
    """Return how many typos a word may have: numbers and short words none, long ones two."""
    if word.isdigit() or len(word) < _SHORTEST_WITH_A_TYPO:
        return 0
    return 2 if len(word) >= _SHORTEST_WITH_TWO else 1


def typos(typed: str, meant: str, most: int) -> int | None:
    """Return how many typos make `meant` into `typed`, or None if more than `most`.

    A typo is one character too many, too few or wrong, or two swapped.

    >>> typos("jordn", "jordan", 1), typos("zebar", "zebra", 1), typos("nike", "puma", 2)
    (1, 1, None)
    """
    if abs(len(typed) - len(meant)) > most:
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, character in enumerate(typed, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (character != other))
            if i > 1 and j > 1 and character == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return None
    return row[-1] if row[-1] <= most else None


def nearest(typed: str, words: Iterable[str]) -> list[str]:
    """Return those of the words that have the fewest typos, in order, if no more than allowed."""
    most = allowed_typos(typed)
    distances = {word: d for word in words if (d := typos(typed, word, most)) is not None}
    fewest = min(distances.values(), default=0)
    return sorted(word for word, distance in distances.items() if distance == fewest)
