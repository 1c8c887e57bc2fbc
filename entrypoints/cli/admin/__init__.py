"""`solebook admin`: the operator's actions, grouped into one file per area."""
