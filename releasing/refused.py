"""Why there is no release."""


class Refused(Exception):
    """A release cannot be made, with the reason and what to do."""
