"""The settings: one frozen value, read from a TOML file and the environment."""
