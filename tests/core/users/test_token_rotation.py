"""Token rotation, with refreshes by owners and thieves in any order."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from solebook.core.users.session_tokens import SignedIn, token_hash
from solebook.ports.language.errors import InvalidToken
from solebook.ports.language.ids import SessionId
from solebook.ports.language.sources import NOWHERE, Source
from solebook.ports.passwords import Passwords

from .accounts import Accounts, build_accounts


class FreePasswords(Passwords):
    """Accepts every password, because only rotation is under test."""

    async def hash(self, password: str, source: Source = NOWHERE) -> str:
        return password

    async def verify(
        self, password: str, password_hash: str | None, source: Source = NOWHERE
    ) -> bool:
        return password == password_hash


@dataclass
class Device:
    """A session and all refresh tokens issued in it, oldest first."""

    session_id: SessionId
    tokens: list[str] = field(default_factory=list)
    reused: bool = False


bursts = st.lists(
    st.tuples(
        st.lists(  # concurrent refreshes: the device, and how many tokens back
            st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=4
        ),
        st.integers(0, 20),  # days until the next
    ),
    max_size=8,
)


@given(bursts)
def test_a_session_has_at_most_one_valid_refresh_token_and_none_after_a_reuse(
    rounds: list[tuple[list[tuple[int, int]], int]],
) -> None:
    asyncio.run(rotate(rounds))


async def rotate(rounds: list[tuple[list[tuple[int, int]], int]]) -> None:
    accounts = build_accounts(FreePasswords())
    await accounts.join()
    devices = []
    for _ in range(2):
        signed_in = await accounts.enter()
        devices.append(Device(accounts.session_of(signed_in), [signed_in.refresh_token]))
    for burst, days in rounds:
        chosen = [
            (
                devices[device],
                devices[device].tokens[max(0, len(devices[device].tokens) - 1 - back)],
            )
            for device, back in burst
        ]
        answers = await asyncio.gather(
            *(accounts.users.refresh_session(refresh_token=token) for _, token in chosen),
            return_exceptions=True,
        )
        for (device, _), answer in zip(chosen, answers, strict=True):
            if isinstance(answer, SignedIn):
                assert accounts.session_of(answer) == device.session_id
                device.tokens.append(answer.refresh_token)
            else:
                assert isinstance(answer, InvalidToken), answer
                device.reused |= answer.problem == "spent"
        for device in devices:
            await check(accounts, device)
        await accounts.clock.advance(timedelta(days=days))


async def check(accounts: Accounts, device: Device) -> None:
    session = await accounts.store.sessions.get(device.session_id)
    kept = [await accounts.store.sessions.find_token(token_hash(t)) for t in device.tokens]
    unspent = [token for token in kept if token is not None and token.spent_at is None]
    assert None not in kept
    assert len(unspent) == 1
    assert (session.revoked_at is not None) == device.reused
    assert await accounts.revoked_sessions.contains(session.id) >= (
        session.revoked_at == accounts.clock.now()
    )
