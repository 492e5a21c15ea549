"""The switch between units of the text, and the table from which ``static/units.js`` sums what adds up."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmviz.figures import labels
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, group, message
from lmviz.tokens import TokenTable
from lmviz.units import UNITS, Rung, Unit, boundaries, rung


def offered(tokens: TokenTable) -> list[Unit]:
    """Units that a reader can choose: graphemes where they differ from characters, bytes where a token is of bytes."""
    without: set[Unit] = set()
    if np.array_equal(boundaries(tokens.text, "grapheme"), boundaries(tokens.text, "character")):
        without.add("grapheme")
    if "bytes" not in tokens.kinds:
        without.add("byte")
    return [unit for unit in UNITS if unit not in without]


def unit_switch(tokens: TokenTable, language: Language) -> str:
    """The units as buttons; hidden until the module is there to answer."""
    options = [(unit, message(f"unit.name.{unit}", language)) for unit in offered(tokens)]
    return f'<div class="units">{f.switch(message("unit.switch", language), options, "token", "unit")}</div>'


def data(tokens: TokenTable, language: Language) -> dict[str, Any]:
    """What the module needs to lay the text out in any unit.

    ``shapes`` are the text's characters as they are shown, ``written`` is the first character of the continuation,
    ``of`` holds by unit the lengths of its units in characters (of bytes: in bytes), their tokens, and the tokens that
    straddle two of them. A token's number is shared equally by the units that list it, as in `lmviz.units.Rung`.
    """
    table: dict[str, Any] = {
        "shapes": [labels.visible(character) for character in tokens.text],
        "written": len("".join(tokens.texts[:tokens.n_prompt])),
        "of": {unit: _of(rung(tokens, unit)) for unit in offered(tokens) if unit != "token"},
        "words": group("unit.browser", language),
        "names": group("unit.name", language),
        "definitions": group("unit.definition", language),
    }
    if "byte" in table["of"]:
        table["hex"] = [character.encode().hex().upper() for character in tokens.text]
    return table


def _of(units: Rung) -> dict[str, list[Any]]:
    lengths = [len(text) // 2 for text in units.texts] if units.unit == "byte" else [len(text) for text in units.texts]
    return {
        "lengths": lengths,
        "tokens": [units.parts[units.parts[:, 0] == at, 1].tolist() for at in range(len(units))],
        "straddles": np.flatnonzero(units.straddles).tolist(),
    }
