"""Results computed once more and held against those that are stored. Importing it needs no torch."""
