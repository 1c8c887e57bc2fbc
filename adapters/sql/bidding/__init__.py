"""The SQL store of the bidding context."""
