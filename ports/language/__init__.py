"""The types that cross a boundary: values, records, events, refusals."""
