"""A served site that follows its sources: what is watched, how it is built anew, and what open pages are told."""
