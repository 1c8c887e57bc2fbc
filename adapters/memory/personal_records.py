"""What is stored of a person, in memory."""

from collections.abc import Sequence
from typing import Any

from ...ports.language.ids import UserId
from ...ports.personal_records import PersonalRecords
from .api_tokens import MemoryApiTokens
from .database import MemoryAdapter
from .notifications import MemoryNotifications


class MemoryPersonalRecords(MemoryAdapter, PersonalRecords):
    """Removes a user's records, table by table."""

    async def unerased(self, limit: int, after: UserId | None = None) -> Sequence[UserId]:
        with await self._database.reading():
            closed = sorted(
                user.id
                for user in self._tables.users.values()
                if user.closed_at is not None
                and user.erased_at is None
                and (after is None or user.id > after)
            )
            return closed[:limit]

    async def erase(self, user_id: UserId) -> None:
        await self._database.writing()
        tables = self._tables
        for address_id in [*tables.addresses.get(user_id, ())]:
            self._database.remove(tables.addresses[user_id], address_id)
        for card_id in [*tables.payment_methods_of_user.get(user_id, ())]:
            self._database.remove(tables.payment_methods_of_user[user_id], card_id)
            self._database.remove(tables.payment_methods, card_id)
        self._erase_sessions(user_id)
        for key, challenge in [*tables.challenges.items()]:
            if challenge.user_id == user_id:
                self._database.remove(tables.challenges, key)
                if challenge.secret_hash is not None:
                    self._database.remove(tables.challenge_by_hash, challenge.secret_hash)
        by_user: tuple[dict[UserId, Any], ...] = (
            tables.known_places,
            tables.seller_accounts,
            tables.notification_preferences,
        )
        for table in by_user:
            if user_id in table:
                self._database.remove(table, user_id)
        for token_id in [*tables.api_tokens_of_user.get(user_id, ())]:
            await MemoryApiTokens(self._database).remove(token_id)
        notifications = MemoryNotifications(self._database)
        for notification in [*tables.notifications.values()]:
            if notification.user_id == user_id:
                notifications.drop(notification)

    def _erase_sessions(self, user_id: UserId) -> None:
        tables = self._tables
        session_ids = {*tables.sessions_of_user.get(user_id, ())}
        for token in [*tables.refresh_tokens.values()]:
            if token.session_id in session_ids:
                self._database.remove(tables.refresh_tokens, token.token_hash)
        for session_id in session_ids:
            self._database.remove(tables.sessions_of_user[user_id], session_id)
            self._database.remove(tables.sessions, session_id)
