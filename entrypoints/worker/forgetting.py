"""Forgetting: has what is old deleted, once an hour."""

from functools import partial

from ...composition.application import Application

_EVERY = 3_600.0
"""Seconds."""


class ForgettingWhatIsOld:
    """Has every context delete its old rows (docs/what-is-kept.md)."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._clock = application.adapters.clock
        self._last: float | None = None

    async def __call__(self) -> None:
        """Delete everything that is too old, unless it was tried within the last hour.

        Raises what failed, after the rest was done.
        """
        elapsed = self._clock.elapsed()
        if self._last is not None and elapsed - self._last < _EVERY:
            return
        app = self._application
        unhandled_since = await app.operations.view_backlog.unhandled_since()
        forget = app.operations.forget_old_records
        failed: list[Exception] = []
        for step in (
            partial(forget.handled, unhandled_since),
            forget.answers,
            forget.ended_sessions,
            forget.told,
            partial(app.payments.forget_received_webhooks, unhandled_since),
            app.outgoing_webhooks.forget_webhooks,
            app.orders.forget_addresses,
            app.authentication.forget_photos,
            app.bidding.archive_quotes,
            app.closing.finish_closings,
        ):
            try:
                await step()
            except Exception as error:  # noqa: BLE001  # it is raised below
                failed.append(error)
        self._last = elapsed
        if failed:
            raise failed[0] if len(failed) == 1 else ExceptionGroup("what is old stays", failed)
