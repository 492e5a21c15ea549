"""The card beside the text: which target, what the method's scores say, the largest of them, and what they rest on.

``static/attribution_card.js`` writes the same for other targets and methods.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lmviz.figures import attribution_words as words
from lmviz.figures import labels, notation
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.targets import foil_name, places, target_name, target_span
from lmviz.results import Attribution

TOP = 8


def scaled(result: Attribution, row: int) -> np.ndarray:
    """Scores of one target, largest absolute score 1, rounded to thousandths as the page's data hold them."""
    scores = np.asarray(result.scores[row], dtype=float)
    return np.rint(1000 * scores / (np.abs(scores).max(initial=0) or 1)) / 1000


def card(result: Attribution, language: Language, row: int) -> str:
    """The card of one target under one method."""
    scores = scaled(result, row)
    span = target_span(result, row)
    order = [int(p) for p in np.argsort(-np.abs(scores[:span.start]), kind="stable")[:TOP] if scores[p]]
    bars = "".join(
        f'<li class="{"down" if scores[p] < 0 else ""}" style="--v:{abs(scores[p]):.3f}"><span class="name">'
        f'{f.escape(labels.of_position(result.tokens, p, language))}</span><span class="bar"></span>'
        f'<span class="value">{words.scaled(result, scores[p])}</span></li>'
        for p in order
    )
    foil = foil_name(result, row, language)
    heading = message(f"attribution.browser.heading{'_contrast' if foil else ''}", language, foil=foil,
                      target=target_name(result, row, language), position=places(span, language))
    warning = "" if result.converged[row] else message(
        "attribution.browser.not_converged", language, error=notation.error(float(result.completeness_errors[row])),
        tolerance=_tolerance(result))
    facts = "".join(
        f"<dt>{f.escape(name)}</dt><dd>{f.escape(value)}</dd>" for name, value in _facts(result, row, language))
    return (
        f'<p class="heading">{f.escape(heading)}</p>'
        f'<p class="meaning"><b>{f.escape(words.method_name(result.method, language))}</b> '
        f"{f.escape(words.method_meaning(result.method, language))}</p>"
        + (f'<p class="warning">{f.escape(warning)}</p>' if warning else "")
        + f'<ol class="bars shares{"" if result.signed else " magnitudes"}">{bars}</ol>'
        f'<dl class="particulars">{facts}</dl>'
    )


def data(result: Attribution, rows: list[int | None], language: Language) -> dict[str, Any]:
    """What the module needs of one method; ``rows`` are its rows by target of the figure, None where it has none."""

    def each(of: Any) -> list[Any]:
        return [None if row is None else of(row) for row in rows]

    return {
        "name": words.method_name(result.method, language),
        "meaning": words.method_meaning(result.method, language),
        "signed": result.signed,
        "baseline": words.baseline_name(result.baseline, language),
        "steps": message(f"attribution.browser.{_steps(result)}", language),
        "tolerance": _tolerance(result),
        "scores": each(lambda row: _thousandths(scaled(result, row)[:result.target_positions[row]])),
        "largest": each(lambda row: _largest(result, row)),
        "claims": each(lambda row: words.claim(result, row)),
        "values": each(lambda row: notation.hundredths(float(result.values[row]), result.target)),
        "absent": each(lambda row: notation.hundredths(float(result.absent_values[row]), result.target)),
        "n_steps": each(lambda row: int(result.n_steps[row])),
        "errors": each(lambda row: _error(result, row)),
        "rough": each(lambda row: int(not result.converged[row])),
    }


def _facts(result: Attribution, row: int, language: Language) -> list[tuple[str, str]]:
    quantity, unit = (message(f"attribution.{part}.{result.target}", language) for part in ("quantity", "unit"))
    value = f"{notation.amount(float(result.values[row]), result.target)} {unit}"
    if np.isfinite(result.absent_values[row]):
        value = message("attribution.browser.quantity_with", language, value=value,
                        absent=notation.amount(float(result.absent_values[row]), result.target))
    facts = [(headed(quantity), value),
             (message("attribution.browser.baseline", language), words.baseline_name(result.baseline, language))]
    if result.n_steps[row]:
        facts.append((message(f"attribution.browser.{_steps(result)}", language), str(int(result.n_steps[row]))))
    error = _error(result, row)
    return facts if error is None else [*facts, (message("attribution.browser.completeness", language), error)]


def _tolerance(result: Attribution) -> str:
    return f"{100 * float(result.tolerance):g}%"


def _thousandths(scores: np.ndarray) -> list[int]:
    return np.rint(1000 * scores).astype(int).tolist()


def _largest(result: Attribution, row: int) -> float:
    """The absolute score that is 1000 of the page's thousandths, to six digits: what sums over targets need."""
    return float(f"{np.abs(result.scores[row]).max(initial=0):.6g}")


def _error(result: Attribution, row: int) -> str | None:
    error = float(result.completeness_errors[row])
    return notation.error(error) if np.isfinite(error) else None


def _steps(result: Attribution) -> str:
    return "steps" if result.method in words.INTEGRALS else "samples"
