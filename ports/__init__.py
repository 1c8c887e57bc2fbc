"""The ground floor: a Protocol for every socket, in the words of `language`."""
