"""The table of the rules in force."""

from sqlalchemy import CheckConstraint, Column, Integer, Table

from .columns import Document, Instant, metadata

rules_in_force = Table(
    "rules_in_force",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("rules", Document, nullable=False),
    Column("adopted_at", Instant, nullable=False),
    CheckConstraint("number = 1", name="number"),
)
