"""What a training run is asked to do, and what of it may change when the run is taken up again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

TOKENIZERS = ("sentencepiece", "bytes")
# What a run's state is made of; all else may change between its stretches.
_FIXED = {"tokenizer", "vocabulary", "tokenizer_characters", "layers", "width", "heads", "context", "held_out", "seed"}


@dataclass(frozen=True)
class Settings:
    """A training run.

    Attributes:
        tokenizer: ``sentencepiece`` (unigram, byte fallback) or ``bytes`` (byte-level BPE).
        vocabulary: number of entries, special ones included.
        tokenizer_characters: how much text the tokenizer is trained on.
        layers, width, heads: of the GPT-2; the context is ``context`` tokens, which is also the length of a row.
        batch: rows of a step.
        steps, minutes: bound of the run, one of the two. Minutes count over all stretches.
        warmup: steps over which the learning rates rise.
        decay: share of the run at its end over which they fall to 0.
        muon_rate, adamw_rate: learning rates of the hidden matrices and of everything else.
        weight_decay: of the hidden matrices.
        weights: share of the rows that each source of texts gives; sources not named share the rest by their size.
        final_weights: the same during the decay; empty leaves it as it was.
        held_out: characters a source that are held back, in whole documents.
        evaluate_every, save_minutes: how often held-out loss is measured, in steps, and the state saved.
        keep: steps after which the model is exported too, beside the final one.
        seed: of tokenizer sample, held-out documents, initial weights and order of the data.
        threads: of the CPU; 0 leaves them to torch.
    """

    tokenizer: str = "sentencepiece"
    vocabulary: int = 16000
    tokenizer_characters: int = 10_000_000
    layers: int = 8
    width: int = 256
    heads: int = 4
    context: int = 256
    batch: int = 16
    steps: int | None = None
    minutes: float | None = None
    warmup: int = 100
    decay: float = 0.3
    muon_rate: float = 3e-3
    adamw_rate: float = 3e-3
    weight_decay: float = 0.1
    weights: dict[str, float] = field(default_factory=dict)
    final_weights: dict[str, float] = field(default_factory=dict)
    held_out: int = 30_000
    evaluate_every: int = 500
    save_minutes: float = 5
    keep: tuple[int, ...] = ()
    seed: int = 0
    threads: int = 0

    def __post_init__(self) -> None:
        if self.tokenizer not in TOKENIZERS:
            raise ValueError(f"the tokenizer is {' or '.join(TOKENIZERS)}, not {self.tokenizer!r}")
        for name in ("vocabulary", "layers", "width", "heads", "batch", "warmup", "evaluate_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is 1 or more, not {getattr(self, name)}")
        if self.context < 2:
            raise ValueError(f"a context is 2 tokens or more, not {self.context}")
        if self.width % self.heads:
            raise ValueError(f"a width of {self.width} cannot be divided among {self.heads} heads")
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("a run is bounded by steps or by minutes: give one of the two")
        if (self.steps or self.minutes) <= 0:
            raise ValueError(f"the bound of a run is more than 0, not {self.steps or self.minutes}")
        if not 0 < self.decay <= 1:
            raise ValueError(f"decay is a share of the run, more than 0 and at most 1, not {self.decay}")
        for weights in (self.weights, self.final_weights):
            if any(share < 0 for share in weights.values()) or sum(weights.values()) > 1 + 1e-9:
                raise ValueError(f"shares of sources are 0 or more and at most 1 together, not {weights}")

    def progress(self, step: int, seconds: float) -> float:
        """Share of the run that lies behind, from 0; 1 or more at its end."""
        return step / self.steps if self.steps is not None else seconds / 60 / self.minutes

    def rate(self, step: int, progress: float) -> float:
        """Factor of the learning rates at a step: warmup, stable, linear decay to 0 (Hu et al. 2024, MiniCPM)."""
        return min(1.0, (step + 1) / self.warmup) * min(1.0, max(0.0, 1 - progress) / self.decay)

    def shares(self, progress: float) -> dict[str, float]:
        """Shares of the sources at a point of the run."""
        return self.final_weights if self.final_weights and progress >= 1 - self.decay else self.weights

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Settings:
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**values, "keep": tuple(values["keep"])})

    def check_against(self, begun: Settings) -> None:
        """Raises ``ValueError`` where a run begun with other settings cannot go on with these."""
        for each in fields(self):
            before, now = getattr(begun, each.name), getattr(self, each.name)
            if each.name in _FIXED and before != now:
                raise ValueError(
                    f"the run was begun with {each.name} {before}, not {now}; go on with {before}, or begin another "
                    "run with another --state"
                )
