"""Connections, transactions and statements, and the differences between the databases."""
