import asyncio
from collections.abc import Iterator
from contextlib import closing

import bcrypt
import pytest

from solebook.adapters.security.passwords import BcryptPasswords
from solebook.ports.language.errors import QueueFull


@pytest.fixture
def passwords() -> Iterator[BcryptPasswords]:
    with closing(BcryptPasswords(cost=4, max_waiting=3)) as passwords:
        yield passwords


async def test_hash_is_a_bcrypt_hash_of_the_configured_cost(passwords: BcryptPasswords) -> None:
    password_hash = await passwords.hash("correct horse")

    assert password_hash.startswith("$2b$04$")
    assert bcrypt.checkpw(b"correct horse", password_hash.encode())


def test_default_cost_is_12() -> None:
    with closing(BcryptPasswords()) as passwords:
        assert passwords._dummy_hash.startswith(b"$2b$12$")


async def test_dummy_hash_takes_as_long_as_a_real_one(passwords: BcryptPasswords) -> None:
    password_hash = await passwords.hash("correct horse")

    assert len(passwords._dummy_hash) == len(password_hash)
    assert passwords._dummy_hash[:7] == password_hash[:7].encode()


async def test_hash_of_another_cost_stays_valid(passwords: BcryptPasswords) -> None:
    with closing(BcryptPasswords(cost=5)) as dearer:
        password_hash = await dearer.hash("correct horse")

    assert await passwords.verify("correct horse", password_hash)
    assert not await passwords.verify("wrong horse", password_hash)


async def test_call_to_a_full_queue_is_refused_at_once_and_the_others_succeed(
    passwords: BcryptPasswords,
) -> None:
    answers = await asyncio.gather(
        *(passwords.verify("correct horse", None) for _ in range(5)), return_exceptions=True
    )

    assert answers[:3] == [False, False, False]
    for refused in answers[3:]:
        assert isinstance(refused, QueueFull)
        assert 0 < refused.retry_after < 1
    assert await passwords.verify("correct horse", None) is False


async def test_cancelled_caller_leaves_the_queue(passwords: BcryptPasswords) -> None:
    waiting = [asyncio.ensure_future(passwords.hash("correct horse")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(QueueFull):
        await passwords.hash("correct horse")

    for call in waiting:
        call.cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
    assert await passwords.verify("correct horse", await passwords.hash("correct horse"))


async def test_event_loop_is_not_blocked_by_hashing() -> None:
    with closing(BcryptPasswords(cost=8)) as passwords:
        hashing = asyncio.ensure_future(passwords.hash("correct horse"))
        turns = 0
        while not hashing.done():
            turns += 1
            await asyncio.sleep(0)

    assert turns > 2


async def test_closed_passwords_refuse_to_hash(passwords: BcryptPasswords) -> None:
    passwords.close()
    passwords.close()

    with pytest.raises(RuntimeError):
        await passwords.hash("correct horse")


@pytest.mark.parametrize("cost", [3, 32])
def test_cost_out_of_bcrypts_range_is_refused(cost: int) -> None:
    with pytest.raises(ValueError, match="rounds"):
        BcryptPasswords(cost=cost)


def test_queue_of_length_0_is_refused() -> None:
    with pytest.raises(ValueError, match="max_waiting"):
        BcryptPasswords(cost=4, max_waiting=0)
