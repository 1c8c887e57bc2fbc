"""In-memory adapters of every store, for tests and simulations."""
