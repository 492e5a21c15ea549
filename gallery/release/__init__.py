"""A release: one archive of the gallery to deposit (Zenodo and others), the metadata that go with it, and the sites of
earlier releases beside the latest.

What it takes is in modules of their own, so that pages, which need `versions` alone, load no more.
"""
