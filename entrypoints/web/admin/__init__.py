"""The pages of admins: what the exchange does, and what only staff may do with it."""
