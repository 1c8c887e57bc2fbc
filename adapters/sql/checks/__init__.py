"""What a diagnosis tries of a store, without the pools and breakers of the store itself."""
