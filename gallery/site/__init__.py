"""The website: MkDocs hooks and theme, search, building, serving."""
