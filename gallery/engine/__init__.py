"""What is computed, and how: requests, plans, workers, manifests. Importing it needs no torch."""
