"""What keeps secrets: password hashes and signed tokens."""
