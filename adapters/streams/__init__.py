"""Books and orders that the processes of an exchange tell each other, whatever carries it."""
