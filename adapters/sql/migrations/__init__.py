"""The history of the schema. `python -m solebook.adapters.sql.migrations WHY` adds a revision."""
