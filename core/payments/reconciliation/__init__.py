"""Comparison of the ledger with what the payment provider moved."""
