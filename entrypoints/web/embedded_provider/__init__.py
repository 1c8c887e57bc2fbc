"""The pages of the embedded payment provider, which has test cards and moves no money."""
