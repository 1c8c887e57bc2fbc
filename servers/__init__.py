"""Real servers of other projects, from wheels, for tests and benchmarks."""
