"""The `solebook` command."""
