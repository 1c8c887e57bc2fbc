"""The durable stores: one schema of SQLAlchemy Core tables, with its migrations."""
