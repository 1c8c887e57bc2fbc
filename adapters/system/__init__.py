"""What only the machine knows: the time, fresh ids and randomness."""
