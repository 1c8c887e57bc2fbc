"""The port to the wording of notices."""

from typing import Protocol

from .language.notifications import Headline, Letter, Notice, Recipient


class Templates(Protocol):
    """Puts notices into words."""

    def headline(self, notice: Notice, recipient: Recipient) -> Headline:
        """Return subject and brief of the letter alone, which is quicker than all of it."""
        ...

    def render(self, notice: Notice, recipient: Recipient) -> Letter:
        """Return the notice as a letter to the recipient.

        Text and HTML tell every fact of it, amounts as `$176.00`. Subject and brief are one line
        each, and so is whatever people wrote, which is escaped in the HTML. Every kind of notice
        has its words: one that has none is a defect (AssertionError).
        """
        ...
