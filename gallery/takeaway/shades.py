"""Drawings in greys for print without colour.

A grey is as light as its colour, so that what grows darker in colour does so in grey. What differs in hue alone is told
apart by hatching: negative scores, and every second factor.
"""

from __future__ import annotations

import re

from lmviz.figures.scales import colours

_COLOUR = re.compile(r"\b(?P<where>fill|stroke)=\"(?:#(?P<hex>[0-9a-fA-F]{6})|rgb\((?P<rgb>\d+, ?\d+, ?\d+)\))\"")
_HATCHED = re.compile(r"neg[1-5]")
_FACTORS = {f"f{i}": grey for i, grey in enumerate(
    ("#3a3a3a", "#3a3a3a", "#727272", "#727272", "#a3a3a3", "#a3a3a3", "#cccccc", "#cccccc"))}
_MODELS = {"c0": "#262626", "c1": "#8c8c8c", "c2": "#595959", "c3": "#b3b3b3"}
_DASHES = "4 2"


def in_grey(svg: str) -> str:
    """The drawing, made in light colours, in greys and hatchings."""
    names = {value: name for name, value in colours("light").items()}
    hatchings: dict[str, str] = {}

    def grey(found: re.Match[str]) -> str:
        red, green, blue = _channels(found)
        name = names.get(f"#{red:02x}{green:02x}{blue:02x}", "")
        shade = _FACTORS.get(name) or _MODELS.get(name) or _as_light(red, green, blue)
        if not (_HATCHED.fullmatch(name) or (name in _FACTORS and int(name[1]) % 2)):
            return f'{found["where"]}="{shade}"'
        if found["where"] == "stroke":
            return f'stroke="{shade}" stroke-dasharray="{_DASHES}"'
        hatchings[name] = shade
        return f'fill="url(#hatching-{name})"'

    drawn = _COLOUR.sub(grey, svg)
    drawn = re.sub(r"<[^>]*>", _one_dash_pattern, drawn) if _DASHES in drawn else drawn
    patterns = "".join(_hatching(name, shade) for name, shade in sorted(hatchings.items()))
    return re.sub(r"(<svg\b[^>]*>)", lambda found: f"{found[1]}<defs>{patterns}</defs>", drawn, count=1)


def _channels(found: re.Match[str]) -> tuple[int, ...]:
    if found["hex"]:
        return tuple(bytes.fromhex(found["hex"]))
    return tuple(int(part) for part in found["rgb"].split(","))


def _as_light(*channels: int) -> str:
    """The grey of the same relative luminance (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in channels)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    value = 12.92 * luminance if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
    return "#" + f"{round(value * 255):02x}" * 3


def _hatching(name: str, shade: str) -> str:
    """A pattern of fine lines, lighter than a dark shade and darker than a light one."""
    level = int(shade[1:3], 16)
    line = "#" + f"{level + 70 if level < 128 else level - 60:02x}" * 3
    return (f'<pattern id="hatching-{name}" width="4" height="4" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="4" height="4" fill="{shade}"/>'
            f'<rect width="1" height="4" fill="{line}"/></pattern>')


def _one_dash_pattern(found: re.Match[str]) -> str:
    """A line that is broken already stays as it is: XML has no attribute twice."""
    tag = found[0]
    return tag.replace(f' stroke-dasharray="{_DASHES}"', "", 1) if tag.count("stroke-dasharray=") > 1 else tag
