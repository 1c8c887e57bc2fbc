"""Redis or Valkey: what the processes of an exchange share, and may lose at any time."""
