"""A model card's Markdown as HTML that runs nothing, loads nothing and leads nowhere but to the web."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import markdown
from markdown.treeprocessors import Treeprocessor
from pymdownx.slugs import slugify

from gallery.pages.words import Language

ENGLISH = '<a id="english"></a>'
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"^# .*$", re.MULTILINE)
_CHOICE = re.compile(r"^.*\]\(#english\).*$", re.MULTILINE)
_RULE_AT_END = re.compile(r"\n-{3,}\s*\Z")


def half_in(language: Language, text: str) -> str:
    """The Markdown of one language, without the card's title: what stands before or after `ENGLISH`, else all of it."""
    before, mark, after = text.partition(ENGLISH)
    half = after if mark and language == "en" else before
    half = _CHOICE.sub("", _HEADING.sub("", half, count=1), count=1)
    return _RULE_AT_END.sub("\n", half).strip() + "\n"


def section_of(text: str, heading: str) -> str:
    """What stands below ``## heading``, up to the next heading of that rank; empty where there is none."""
    found = re.search(rf"^## {re.escape(heading)}[ ]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def to_html(text: str) -> tuple[str, list[dict[str, str]]]:
    """HTML of Markdown, and ``{"id", "name"}`` of its headings of the second rank.

    HTML in it comes out as text, comments are left out, images become their descriptions, and links that do not lead to
    the web are none.
    """
    reader = markdown.Markdown(
        extensions=["tables", "fenced_code", "toc"],
        extension_configs={"toc": {"slugify": slugify(case="lower"), "toc_depth": "2-3"}},
    )
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    reader.treeprocessors.register(_WebAlone(reader), "web_alone", 0)
    html = reader.convert(_COMMENT.sub("", text))
    return html, [{"id": token["id"], "name": token["name"]} for token in reader.toc_tokens if token["level"] == 2]


class _WebAlone(Treeprocessor):
    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag == "img":
                description = element.get("alt", "")
                element.attrib.clear()
                element.tag, element.text = "span", description
            elif element.tag == "a":
                self._restrict(element)

    def _restrict(self, link: Element) -> None:
        address = link.get("href", "")
        link.attrib.clear()
        if address.startswith(("https://", "http://")):
            link.set("href", address)
            link.set("rel", "external noopener")
        else:
            link.tag = "span"
