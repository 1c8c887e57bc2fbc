"""The words that cross a boundary: values, records, events, refusals."""
