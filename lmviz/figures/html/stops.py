"""A figure with a stop a checkpoint: all of them one below another, of which a slider shows one where scripts run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lmviz.figures.followed import Followed, step_name
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, group, message
from lmviz.figures.notation import rank
from lmviz.figures.training_words import stop_name


def figure(kind: str, of: Followed, language: Language, figure_id: str, *, dressed_as: str, stop: Callable[[int], str],
           said: Callable[[int], str], above: str = "", below: str = "", data: dict[str, Any] | None) -> str:
    """A fragment: the slider, and at each checkpoint its name, what is ``said`` of it and the ``stop`` itself.

    ``dressed_as`` is the kind of figure of an entry that the stops look like.
    """
    stops = "".join(
        f'<div class="stop" data-stop="{step}"><p class="stop-name">{f.escape(stop_name(step, language))}</p>'
        f'<p class="stop-said">{f.escape(said(i))}</p>{stop(i)}</div>'
        for i, step in enumerate(of.steps)
    )
    island = None if data is None else {
        **data, "words": group(f"{kind}.browser", language),
        "names": [step_name(step, language) for step in of.steps],
        "play": [message("training.play", language), message("training.pause", language)],
    }
    dressed = f'<div class="stops lmviz lmviz-{dressed_as}">'
    slider = "" if data is None else _slider(of.steps, language)
    return f.fragment(kind, figure_id, f'{slider}{above}{dressed}{stops}</div>{below}', island)


def _slider(steps: tuple[int, ...], language: Language) -> str:
    """A native slider with a stop a checkpoint, a button either side, and the steps below it. Hidden until its module
    is there."""
    def button(name: str, sign: str, words: str) -> str:
        return f'<button type="button" class="quiet" data-go="{name}" aria-label="{f.escape(words)}">{sign}</button>'

    last = len(steps) - 1
    label, play = (f.escape(message(f"training.{each}", language)) for each in ("slider", "play"))
    ticks = "".join(f'<li style="--at:{i / last:.4f}"><button type="button" tabindex="-1" data-at="{i}">{rank(step)}'
                    f"</button></li>" for i, step in enumerate(steps))
    return (
        f'<div class="lm-steps" role="group" aria-label="{label}" hidden>'
        f'<button type="button" class="quiet play" data-go="play">{play}</button>'
        f'{button("before", "‹", message("training.before", language))}'
        f'<div class="lm-steps-track"><input type="range" min="0" max="{last}" step="1" value="{last}" '
        f'aria-label="{f.escape(message("training.steps", language))}" '
        f'aria-valuetext="{f.escape(step_name(steps[last], language))}"><ol aria-hidden="true">{ticks}</ol></div>'
        f'{button("after", "›", message("training.after", language))}'
        f'<output>{f.escape(step_name(steps[last], language))}</output></div>'
    )
