"""The ways in: each turns the outside world's words into use cases and their answers back."""
