"""What a model writes after a few short prompts of our own: greedily, and drawn with a fixed seed."""

from __future__ import annotations

from gallery.models.evaluation.record import Sample, Samples
from lmviz.language_model import LanguageModel

PROMPTS = ("日本の", "節分の夜、", "雨が降ると、", "むかしむかし、", "織田信長は、", "私は")
N_TOKENS, SEED = 24, 0


def draw_samples(model: LanguageModel) -> Samples:
    """Samples of a model, none chosen and none left out."""
    drawn = []
    for prompt in PROMPTS:
        greedy, greedy_ended = _continue(model, prompt, do_sample=False)
        sampled, sampled_ended = _continue(model, prompt, do_sample=True)
        drawn.append(Sample(
            prompt=prompt, greedy=greedy, greedy_ended=greedy_ended, sampled=sampled, sampled_ended=sampled_ended
        ))
    return Samples(max_new_tokens=N_TOKENS, seed=SEED, start=model.start, texts=tuple(drawn))


def _continue(model: LanguageModel, prompt: str, *, do_sample: bool) -> tuple[str, bool]:
    trace = model.trace(prompt, max_new_tokens=N_TOKENS, do_sample=do_sample, seed=SEED)
    return "".join(trace.tokens.texts[trace.n_prompt :]), int(trace.token_ids[-1]) in model.eos_ids
