"""Stand-ins of its own for an exchange that is alone: no money moves, and no phone rings."""
