"""The levels of a view."""
