"""The ports: a Protocol for everything that the core needs from outside, in terms of `language`."""
