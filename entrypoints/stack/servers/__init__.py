"""The servers of other projects that a stack runs: where their programs are, and their settings."""
