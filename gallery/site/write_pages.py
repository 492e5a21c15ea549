"""The script that mkdocs-gen-files runs: hands every page of the gallery, and the files they share, to MkDocs."""

import mkdocs_gen_files

from gallery.pages.generate import write
from gallery.site import current
from gallery.site.policy import protect
from gallery.site.previews import previews
from gallery.site.published import published_files

for path, content in write(current.edition):
    with mkdocs_gen_files.open(path, "w", encoding="utf-8") as page:
        page.write(protect(content) if path.endswith(".html") else content)

if current.edition.address:
    for path, picture in previews(current.edition):
        with mkdocs_gen_files.open(path, "wb") as asset:
            asset.write(picture)

if current.edition.language == "ja":
    for path, content in published_files():
        with mkdocs_gen_files.open(path, "wb") as asset:
            asset.write(content)
