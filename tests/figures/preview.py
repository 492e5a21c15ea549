"""One page with all figures on plausible results, to look at: ``python tests/figures/preview.py DIRECTORY [model]``.

Writes ``index.html`` (Japanese) and ``en.html`` beside the modules; serve the directory over HTTP. With a model
directory as second argument the figures are of that model.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fakes

from lmviz.figures import bundle, describe, html, thumbnail
from lmviz.figures.messages import Language

STATIC = Path(html.__file__).parent.parent / "static"


def page(results: dict[str, Any], language: Language, names: Mapping[str, str] | None = None) -> str:
    sections, named = [], {"names": names} if names else {}
    for kind, result in results.items():
        position = 27 if kind in ("tokens", "predictions", "layer_predictions") and len(
            (next(iter(result.values())) if isinstance(result, dict) else result).tokens) > 30 else None
        words = describe(kind, result, language, position=position, **named)
        figure = getattr(html, kind)(result, language, figure_id=f"id-{kind}", position=position, **named)
        sections.append(
            f'<section data-figure="{kind}" id="{kind}"><h2 data-figure-title>{html.fragment.escape(words.title)}</h2>'
            f'{figure}<p class="caption">{html.fragment.escape(words.caption)}</p>'
            f'<p class="convention">{html.fragment.escape(words.convention)}</p></section>'
        )
    card = f'<div style="width:240px;height:100px">{thumbnail(results, language)}</div>' \
        if "rankings" in results else ""
    return f"""<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="script-src 'self'"><title>preview</title>
<link rel="stylesheet" href="figures.css"><link rel="stylesheet" href="comparison.css">
<link rel="stylesheet" href="training.css">
<link rel="stylesheet" href="text_factors.css"><link rel="stylesheet" href="factors.css">
<script type="module" src="main.js"></script>
<script src="scheme.js"></script>
<style>body{{margin:0;background:var(--lm-surface);color:var(--lm-ink);font-family:"Noto Sans CJK JP",sans-serif}}
main{{max-width:61rem;margin:0 auto;padding:2rem 1rem}} main>section{{margin-block:0 4rem}}
h2{{font-size:1.3rem;line-height:1.5;font-weight:600}} .caption{{max-width:40em;line-height:1.9;font-size:.9rem}}
.convention{{font-size:.75rem;color:var(--lm-ink-soft);max-width:60em;line-height:1.8}}</style>
<body><main>{''.join(sections)}{card}</main></html>"""


def write(directory: Path, results: dict[str, Any], names: Mapping[str, str] | None = None) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for source in STATIC.iterdir():
        shutil.copy(source, directory)
    (directory / "vega-bundle.js").write_text(bundle.javascript(), encoding="utf-8")
    (directory / "scheme.js").write_text(
        "if (location.hash === '#dark') document.documentElement.dataset.mdColorScheme = 'slate';", encoding="utf-8"
    )
    (directory / "index.html").write_text(page(results, "ja", names), encoding="utf-8")
    (directory / "en.html").write_text(page(results, "en", names), encoding="utf-8")


def of_model(model: str) -> dict[str, Any]:
    import lmviz

    trace = lmviz.load(model).trace("節分は、季節の変わり目に生じる鬼を追い払うための行事で、", max_new_tokens=20)
    lens = lmviz.layer_predictions(trace)
    fast = [each.name for each in lmviz.attribution_methods() if each.tier == "fast"]
    methods = {name: lmviz.attribute(trace, name) for name in fast}
    return {
        "tokens": lmviz.token_probabilities(trace), "predictions": lens, "layer_predictions": lens,
        "rankings": lmviz.lens_measures(trace),
        "characters": lmviz.character_lens(trace),
        "watched_words": lmviz.watched_words(trace, ["鬼", "豆", "福", "恵方巻"], position=trace.n_prompt),
        "attribution": {**methods, "receipt": lmviz.attribution_receipt(trace, methods)},
        "neuron_factors": {str(n): lmviz.neuron_factors(trace, n_components=n) for n in (4, 6, 8)},
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]), of_model(sys.argv[2]) if len(sys.argv) > 2 else fakes.results())
