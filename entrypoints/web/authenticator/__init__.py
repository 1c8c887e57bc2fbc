"""The pages of the warehouse, for authenticators."""
