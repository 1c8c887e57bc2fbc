"""The revisions that became the baseline, for SQLite files that are older than it."""
