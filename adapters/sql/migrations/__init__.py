"""The history of the schema, from its baseline on (ADR 0053).

`python -m solebook.adapters.sql.migrations WHY` adds a revision, for SQLite and PostgreSQL, up and
down.
"""
