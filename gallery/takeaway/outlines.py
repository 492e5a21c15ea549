"""Text of a drawing as the outlines of its glyphs: such an SVG needs no font, in whichever program it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from gallery.takeaway import typeface

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
_BOLD = 0.03
"""Width, in em, of the stroke that makes a glyph bold: the face has one weight."""
_PASSED_ON = ("transform", "opacity", "fill", "fill-opacity", "aria-hidden")
_START = {"middle": 0.5, "end": 1.0}

ElementTree.register_namespace("", SVG[1:-1])
ElementTree.register_namespace("xlink", XLINK[1:-1])


def outlined(svg: str) -> str:
    """The drawing with every text as outlines; each glyph is written once. What was text is its label.

    `text` elements have their own font size, as those of Vega do. Sizes are in px.
    """
    root = ElementTree.fromstring(svg)
    names: dict[str, str] = {}
    for parent in list(root.iter()):
        for at, child in enumerate(parent):
            if child.tag == f"{SVG}text":
                parent[at] = _outlines(child, names)
    definitions = Element(f"{SVG}defs")
    for character, name in names.items():
        definitions.append(Element(f"{SVG}path", {"id": name, "d": typeface.outline(character)}))
    root.insert(0, definitions)
    return ElementTree.tostring(root, encoding="unicode")


def set_in_face(svg: str) -> str:
    """The drawing with its text as text in `typeface.FAMILY`, of characters that the face has."""
    root = ElementTree.fromstring(svg)
    for text in root.iter(f"{SVG}text"):
        text.set("font-family", typeface.FAMILY)
        for part in text.iter():
            part.text = part.text and typeface.setting(part.text)
            part.tail = part.tail and typeface.setting(part.tail)
    return ElementTree.tostring(root, encoding="unicode")


def texts(svg: str) -> str:
    """All that is written in the drawing."""
    return "".join("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))


def smallest(svg: str) -> float | None:
    """The smallest font size in the drawing, in its own units; None where nothing is written."""
    sizes = [_size(text) for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if "".join(text.itertext()).strip()]
    return min(sizes, default=None)


def _size(text: Element) -> float:
    return float(text.get("font-size", "11px").removesuffix("px"))


def _outlines(text: Element, names: dict[str, str]) -> Element:
    group = Element(f"{SVG}g", {name: text.get(name) for name in _PASSED_ON if text.get(name) is not None})
    group.set("aria-label", "".join(text.itertext()))
    em = typeface.units_per_em()
    scale = _size(text) / em
    if text.get("font-weight") == "bold":
        group.attrib |= {"stroke": text.get("fill", "#000000"), "stroke-width": f"{_BOLD * em:g}"}
    for line, x, y in _lines(text):
        characters = typeface.setting(line)
        width = sum(map(typeface.advance, characters))
        begin = x - _START.get(text.get("text-anchor"), 0.0) * width * scale
        row = Element(f"{SVG}g", {"transform": f"translate({begin:.6g},{y:.6g}) scale({scale:.6g},{-scale:.6g})"})
        at = 0
        for character in characters:
            if typeface.outline(character):
                name = names.setdefault(character, f"glyph-{ord(character):x}")
                row.append(Element(f"{SVG}use", {f"{XLINK}href": f"#{name}", "x": str(at)}))
            at += typeface.advance(character)
        group.append(row)
    return group


def _lines(text: Element) -> Iterator[tuple[str, float, float]]:
    """What is written on each line, and where the line is, from where the text stands."""
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    if text.text:
        yield text.text, x, y
    for part in text:
        y += float(part.get("dy", 0))
        yield part.text or "", float(part.get("x", x)), y
