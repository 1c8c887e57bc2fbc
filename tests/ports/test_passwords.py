"""Contract of Passwords."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.security.passwords import BcryptPasswords
from solebook.ports.language.errors import InvalidText
from solebook.ports.passwords import Passwords

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module", params=["bcrypt"])
def passwords() -> Iterator[Passwords]:
    with closing(BcryptPasswords(cost=4)) as passwords:
        yield passwords


async def test_password_matches_its_hash(passwords: Passwords) -> None:
    password_hash = await passwords.hash(PASSWORD)

    assert PASSWORD not in password_hash
    assert await passwords.verify(PASSWORD, password_hash)


@pytest.mark.parametrize("other", ["", "Correct horse battery", PASSWORD + " ", PASSWORD[:-1]])
async def test_another_password_does_not_match_the_hash(passwords: Passwords, other: str) -> None:
    assert not await passwords.verify(other, await passwords.hash(PASSWORD))


async def test_equal_passwords_have_different_hashes(passwords: Passwords) -> None:
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


@pytest.mark.parametrize("password", ["", PASSWORD, "." * 31])
async def test_no_password_matches_a_missing_hash(passwords: Passwords, password: str) -> None:
    assert await passwords.verify(password, None) is False


@pytest.mark.parametrize("password", ["x" * 72, "ü" * 36, "👟" * 18])
async def test_password_of_72_bytes_is_hashed_whole(passwords: Passwords, password: str) -> None:
    password_hash = await passwords.hash(password)

    assert await passwords.verify(password, password_hash)
    assert not await passwords.verify(password[:-1], password_hash)
    assert not await passwords.verify(password[:-1] + "y", password_hash)


@pytest.mark.parametrize("password", ["x" * 73, "ü" * 37, "👟" * 19, "a\0a", "\ud800"])
async def test_password_that_cannot_be_hashed_whole_is_refused(
    passwords: Passwords, password: str
) -> None:
    for call in (
        passwords.hash(password),
        passwords.verify(password, None),
        passwords.verify(password, await passwords.hash(PASSWORD)),
    ):
        with pytest.raises(InvalidText) as refused:
            await call
        assert refused.value.field == "password"


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=18),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=18),
)
async def test_only_the_very_same_text_has_the_hash(
    passwords: Passwords, password: str, other: str
) -> None:
    password_hash = await passwords.hash(password)

    assert await passwords.verify(password, password_hash)
    assert await passwords.verify(other, password_hash) == (other == password)
