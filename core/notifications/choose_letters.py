"""Choose the letters that you get, by the links in them."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from ...ports.clock import Clock
from ...ports.language.errors import ChallengeNotMet, NotFound
from ...ports.language.notifications import (
    ALWAYS_SENT,
    UNSUBSCRIBED_AT_A_CLICK,
    Channel,
    NotificationKind,
    NotificationPreferences,
)
from ...ports.language.users import User
from ...ports.notifications import Preferences
from ...ports.transaction import Transaction
from ...ports.users import Users
from .letter_links import CHOOSING, LetterLinks, LetterToken

CHOOSABLE = tuple(kind for kind in NotificationKind if kind not in ALWAYS_SENT)


@dataclass(frozen=True, slots=True)
class ChooseLetters:
    """Whoever has a letter chooses which kinds of letters come, without signing in.

    Only mail is chosen, because nothing else is known of who opens a letter. A link that
    unsubscribes ends its own kind.
    """

    transaction: Transaction
    users: Users
    preferences: Preferences
    letter_links: LetterLinks
    clock: Clock

    async def view(self, token: str) -> Mapping[NotificationKind, bool]:
        """Return whether each kind comes as a letter. Raises ChallengeNotMet."""
        user = await self._owner(_parsed(token, CHOOSING))
        preferences = await self.preferences.get(user.id)
        return {kind: _is_mailed(preferences, kind) for kind in CHOOSABLE}

    async def __call__(self, token: str, wanted: Set[NotificationKind]) -> None:
        """Have these kinds come as letters, and no others. Raises ChallengeNotMet."""
        parsed = _parsed(token, CHOOSING)
        await self._set(parsed, {kind: kind in wanted for kind in CHOOSABLE})

    async def unsubscribe(self, token: str) -> NotificationKind:
        """End the kind of letters of the link, and return it. Raises ChallengeNotMet."""
        parsed = _parsed(token, *UNSUBSCRIBED_AT_A_CLICK)
        kind = NotificationKind(parsed.purpose)
        await self._set(parsed, {kind: False})
        return kind

    async def _set(self, token: LetterToken, mailed: Mapping[NotificationKind, bool]) -> None:
        await self._owner(token)  # before anything is locked for somebody who made a token up
        async with self.transaction():
            user = await self._owner(token)  # locks the preferences for a change
            before = after = await self.preferences.get(user.id)
            for kind, is_wanted in mailed.items():
                if _is_mailed(after, kind) is not is_wanted:
                    after = after.with_channel(kind, Channel.EMAIL, wanted=is_wanted)
            if after != before:
                await self.preferences.put(after)

    async def _owner(self, token: LetterToken) -> User:
        try:
            user = await self.users.get(token.user_id)
        except NotFound:
            raise ChallengeNotMet from None
        if not self.letter_links.is_genuine(token, user.email, self.clock.now()):
            raise ChallengeNotMet
        return user


def _parsed(text: str, *purposes: str) -> LetterToken:
    token = LetterToken.parsed(text)
    if token is None or token.purpose not in purposes:
        raise ChallengeNotMet
    return token


def _is_mailed(preferences: NotificationPreferences, kind: NotificationKind) -> bool:
    return Channel.EMAIL in preferences.channels_for(kind)
