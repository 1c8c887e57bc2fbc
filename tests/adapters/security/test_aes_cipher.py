"""What is sealed opens for the same place, row and key, and for nothing else."""

from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.security.aes_cipher import NO_CIPHER, AesCipher
from solebook.ports.language.sealing import KeyMissing, NotOpened, SealBroken

OLD, NEW = b"o" * 32, b"n" * 32
CIPHER = AesCipher({"new": NEW, "old": OLD}, "new")
PLACES = st.sampled_from(["users.email", "users.first_name", "addresses.city"])
ROWS = st.uuids().map(str)
TEXTS = st.text(max_size=60) | st.just("sealed:new:abc") | st.just("sealed::")
BASE64 = f"{ascii_letters}{digits}+/="
FEW = settings(max_examples=30)


@FEW
@given(PLACES, ROWS, TEXTS)
def test_a_text_opens_as_it_was_sealed_and_is_never_sealed_alike(
    place: str, row: str, text: str
) -> None:
    stored, again = (CIPHER.seal(place, row, text) for _ in range(2))
    assert stored.startswith("sealed:new:")
    assert stored != again
    assert CIPHER.open(place, row, stored) == CIPHER.open(place, row, again) == text
    content = text.encode("utf-8", "surrogatepass")
    assert CIPHER.open_bytes(place, row, CIPHER.seal_bytes(place, row, content)) == content


@FEW
@given(PLACES, ROWS, TEXTS)
def test_without_a_key_a_text_is_stored_as_it_is(place: str, row: str, text: str) -> None:
    stored = NO_CIPHER.seal(place, row, text)
    assert stored == text or text.startswith("sealed:")
    # What was stored before there was a key is read when there is one.
    assert NO_CIPHER.open(place, row, stored) == CIPHER.open(place, row, stored) == text
    content = text.encode()
    assert CIPHER.open_bytes(place, row, NO_CIPHER.seal_bytes(place, row, content)) == content
    assert NO_CIPHER.is_current(stored)
    assert not CIPHER.is_current(stored)


@FEW
@given(PLACES, PLACES, ROWS, ROWS, st.text(max_size=60))
def test_a_value_of_another_row_or_column_does_not_open(
    place: str, other_place: str, row: str, other: str, text: str
) -> None:
    stored = CIPHER.seal(place, row, text)
    for at in {(other_place, row), (place, other)} - {(place, row)}:
        with pytest.raises(SealBroken) as refused:
            CIPHER.open(*at, stored)
        assert stored not in str(refused.value)
        assert not text.strip() or len(text) < 4 or text not in str(refused.value)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc"])  # Base64 ends in three ways
def test_a_value_that_was_cut_or_changed_anywhere_does_not_open(text: str) -> None:
    stored = CIPHER.seal("users.email", "1", text)
    for at in range(len("sealed:new:"), len(stored)):
        others = BASE64.replace(stored[at], "")
        changed = (stored[:at] + other + stored[at + 1 :] for other in others)
        for broken in (stored[:at], *changed):
            with pytest.raises(NotOpened):
                CIPHER.open("users.email", "1", broken)


def test_a_missing_key_is_named_and_the_value_is_not() -> None:
    stored = AesCipher({"lost": OLD}, "lost").seal("users.email", "1", "ada@example.com")
    for cipher in (CIPHER, NO_CIPHER):
        with pytest.raises(KeyMissing, match=r"users\.email is sealed under the key 'lost'") as why:
            cipher.open("users.email", "1", stored)
        assert why.value.key == "lost"
        assert stored not in str(why.value)


def test_a_hash_depends_on_the_key_and_the_place_and_all_are_tried() -> None:
    old = AesCipher({"new": NEW, "old": OLD}, "old")
    email = ("users.email", "ada@example.com")
    assert CIPHER.lookups(*email)[0] == CIPHER.lookup(*email) != old.lookup(*email)
    assert {CIPHER.lookup(*email), old.lookup(*email), email[1]} == set(CIPHER.lookups(*email))
    assert CIPHER.lookup("payment_methods.token", email[1]) != CIPHER.lookup(*email)
    assert NO_CIPHER.lookups(*email) == [email[1]]


@pytest.mark.parametrize(
    ("secrets", "current", "problem"),
    [
        ({"short": b"s" * 31}, "short", "the key 'short' has less than 32 bytes"),
        ({"one": NEW}, "two", "encryption.keys lacks encryption.current, 'two'"),
    ],
)
def test_a_cipher_that_could_not_seal_is_refused(
    secrets: dict[str, bytes], current: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        AesCipher(secrets, current)
