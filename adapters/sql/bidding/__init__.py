"""The store of the bidding context."""
