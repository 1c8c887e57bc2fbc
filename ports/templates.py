"""The port to the wording of notices."""

from typing import Protocol

from .language.notifications import Headline, Letter, Notice, Recipient


class Templates(Protocol):
    """Words notices."""

    def headline(self, notice: Notice, recipient: Recipient) -> Headline:
        """Return only the subject and the brief, which is faster than `render`."""
        ...

    def render(
        self, notice: Notice, recipient: Recipient, *, choices_url: str | None = None
    ) -> Letter:
        """Return the notice as a message to the recipient.

        Text and HTML end with the link `choices_url`, where the recipient chooses letters.

        Text and HTML contain every fact, with amounts such as `$176.00` in the currency of the
        exchange. Subject, brief and user texts are one line each. User texts are escaped in HTML. A
        kind of notice without a template is a bug (AssertionError).
        """
        ...
