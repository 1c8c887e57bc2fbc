"""The words that cross a boundary: values, records, events and refusals, in the standard library alone."""
