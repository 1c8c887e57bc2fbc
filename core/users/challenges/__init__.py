"""Challenges: emails and phones are proven, and passwords are reset, by secrets sent to them."""
