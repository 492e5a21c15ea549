"""MkDocs hooks: every page gets its figures, its formulas, its addresses and its policy.

MkDocs loads this file by its path, for both editions. Nothing here imports torch or transformers.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

REPOSITORY = Path(__file__).resolve().parents[2]
if str(REPOSITORY) not in sys.path:
    sys.path.insert(0, str(REPOSITORY))

from gallery.pages.markdown import fragment as in_markdown  # noqa: E402
from gallery.pages.shown_in import shown_in  # noqa: E402
from gallery.site import current  # noqa: E402
from gallery.site.editions import open_edition, prose_of  # noqa: E402
from gallery.site.fences import figure_fence, fragment  # noqa: E402
from gallery.site.mathematics import to_mathml  # noqa: E402
from gallery.site.policy import protect  # noqa: E402
from gallery.validation.problems import CatalogProblems  # noqa: E402

NAVIGATION = {
    "gallery/": "gallery", "compare/": "compare", "talk/": "talk", "figures/": "figures", "models/": "models",
    "how-to/add/": "add", "how-to/debug/": "debug", "how-to/cite/": "cite",
}
"""Names in the header by address; a page that is not listed here goes by its title."""


_UNUSED = ("assets/images/", "assets/javascripts/", "assets/stylesheets/")
"""Material's own scripts and styles: the gallery's templates bring theirs instead."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    language = config.theme["language"]
    root = Path(config.extra.get("gallery_root") or os.environ.get("LMVIZ_GALLERY_ROOT") or REPOSITORY)
    address = config.site_url or ""
    if address and language != "ja":
        config.site_url = f"{address.rstrip('/')}/{language}/"
    try:
        current.edition = open_edition(root, language, prose_of(Path(config.docs_dir)), address,
                                       config.extra.get("versions", ()))
    except CatalogProblems as found:
        raise PluginError("\n".join(problem.text(language) for problem in found.problems)) from None
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
    fences["custom_fences"] = [
        {"name": "fragment", "class": "fragment", "format": fragment},
        {"name": "figure", "class": "figure", "format": figure_fence(current.edition, lambda: current.url)},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    edition = current.edition
    for file in [file for file in files if file.src_uri.startswith(_UNUSED)]:
        files.remove(file)
    current.other_pages = frozenset(
        file.url for file in files if file.src_uri not in edition.prose
    ) | prose_of(Path(config.docs_dir).parent / ("en" if edition.language == "ja" else "ja"))
    return files


def on_page_markdown(markdown: str, page: Page, **rest: Any) -> str:
    current.url = "" if page.url in (".", "./") else page.url
    where = shown_in(current.edition, current.url)
    return f"{markdown}\n\n{in_markdown(where)}" if where else markdown


def on_page_content(html: str, page: Page, **rest: Any) -> str:
    if "contents" in page.meta:
        page.toc = get_toc([{"level": 2, "children": [], **section} for section in page.meta["contents"]])
    try:
        return to_mathml(html, page.file.src_uri)
    except ValueError as error:
        raise PluginError(str(error)) from None


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, **rest: Any) -> dict[str, Any]:
    url = "" if page.url in (".", "./") else page.url
    there = url if url in current.other_pages or page.file.src_uri in current.other_pages else ""
    return _with_addresses(context, there)


def on_template_context(context: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return _with_addresses(context, "")


def _with_addresses(context: dict[str, Any], there: str) -> dict[str, Any]:
    """Adds the words of the theme and where things are: the root of the whole site, and this page in both languages.

    Search engines take addresses of a page's languages only whole, so where the site's is known they are.
    """
    japanese = current.edition.language == "ja"
    if context["base_url"] == "/" and not japanese:
        context["base_url"] = "/en/"  # a page for any address, of a site that does not know its own
    base = context["base_url"].rstrip("/")
    root = base if japanese else f"{base}/.."
    context.update(
        words=current.edition.words, versions=current.edition.versions,
        navigation=NAVIGATION, root_url=root, edition_url=base,
        alternates={"ja": f"{root}/{there}", "en": f"{root}/en/{there}"},
        hreflang={code: f"{current.edition.address.rstrip('/') or root}/{prefix}{there}"
                  for code, prefix in (("ja", ""), ("en", "en/"), ("x-default", ""))},
    )
    return context


def on_post_page(output: str, **rest: Any) -> str:
    return protect(output)


def on_post_template(output_content: str, template_name: str, **rest: Any) -> str:
    return protect(output_content) if template_name.endswith(".html") else output_content
