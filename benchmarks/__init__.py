"""Measures speed, as ratios against something measured in turn in the same run."""
