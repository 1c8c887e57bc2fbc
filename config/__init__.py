"""The settings, one frozen value, loaded from a TOML file and environment variables."""
