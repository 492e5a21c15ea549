"""One run over a held-out text: several models, the 3-gram models of their tokenizers, and what is kept of them."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from dataclasses import dataclass
from pathlib import Path

import lmviz
from gallery.models.evaluation.baseline import TrainingTexts, measure_baseline
from gallery.models.evaluation.held_out import HeldOutText, count_characters
from gallery.models.evaluation.measures import Measures, evaluate
from gallery.models.evaluation.record import Evaluation, Figures, HeldOut, MeasuredModel, Samples, Trigrams
from gallery.models.evaluation.samples import draw_samples
from gallery.validation.schema import Model
from lmviz.loading.checkpoint import TOKENIZER_FILES

_LIBRARIES = ("numpy", "sentencepiece", "tokenizers", "torch", "transformers")


@dataclass(frozen=True)
class Measured:
    """A model in its place, its figures, and those of the 3-gram models of its tokenizer.

    Attributes:
        samples: None for a model that others are only held against.
    """

    place: str
    model: MeasuredModel
    baselines: tuple[Trigrams, ...]
    samples: Samples | None


class Run:
    """Measures models one after the other.

    Args:
        held_out: the text that they read, in windows of at most ``window`` tokens.
        texts: what 3-gram models are trained on, one after the other.
        catalog: models by the directory they lie in; they say a model's version and what it starts with.
        device: as `lmviz.load` takes it.
    """

    def __init__(
        self, held_out: HeldOutText, window: int, texts: list[TrainingTexts], catalog: dict[Path, Model], device: str
    ):
        self._held_out, self._window, self._texts = held_out, window, texts
        self._catalog, self._device = catalog, device
        self._baselines: dict[str, tuple[Trigrams, ...]] = {}

    def measure(self, place: str, *, with_samples: bool) -> Measured:
        """A model by its directory, or ``owner/name`` on the hub.

        Raises:
            ValueError: a model that cannot be loaded, or does not suit the window or the training texts.
        """
        model, entry = self._load(place)
        figures = _figures(evaluate(model, self._held_out.records, self._window))
        described = self._describe(place, model, entry.version if entry else None, figures)
        samples = draw_samples(model) if with_samples else None
        return Measured(place, described, self._measure_baselines(model), samples)

    def measure_beside(self, stated: str) -> Measured:
        """A model that others are held against: ``[VERSION=]PLACE``; without samples and 3-gram models."""
        version, _, place = stated.rpartition("=")
        if version and not version.isdigit():
            raise ValueError(f"--beside takes VERSION=MODEL with a whole number, such as 1=models/old, not {stated}")
        model, entry = self._load(place)
        figures = _figures(evaluate(model, self._held_out.records, self._window))
        number = int(version) if version else entry.version if entry else None
        return Measured(place, self._describe(place, model, number, figures), (), None)

    def _load(self, place: str) -> tuple[lmviz.LanguageModel, Model | None]:
        entry = self._catalog.get(Path(place).resolve())
        return lmviz.load(place, device=self._device, start=entry.start if entry else None), entry

    def _describe(
        self, place: str, model: lmviz.LanguageModel, version: int | None, figures: Figures
    ) -> MeasuredModel:
        name = Path(place).resolve().name if Path(place).is_dir() else place
        return MeasuredModel(name=name, version=version, files=_digests(model.directory), figures=figures)

    def _measure_baselines(self, model: lmviz.LanguageModel) -> tuple[Trigrams, ...]:
        digest = model.digests["tokenizer"]
        if digest not in self._baselines:
            self._baselines[digest] = tuple(self._measure_baseline(model, texts) for texts in self._texts)
        return self._baselines[digest]

    def _measure_baseline(self, model: lmviz.LanguageModel, texts: TrainingTexts) -> Trigrams:
        found = measure_baseline(model.tokenizer, model.directory, texts, self._held_out)
        return Trigrams(
            sources=found.sources, n_documents=found.n_documents, n_tokens=found.n_tokens,
            figures=_figures(found.measures),
        )  # fmt: skip

    def evaluation(self, measured: Measured, others: list[Measured]) -> Evaluation:
        """What is kept of a model that was measured with samples."""
        held_out = HeldOut(
            file=self._held_out.name, sha256=self._held_out.digest, n_records=len(self._held_out.records),
            n_characters=count_characters(self._held_out.records), window=self._window,
        )  # fmt: skip
        libraries = {name: importlib.metadata.version(name) for name in _LIBRARIES}
        return Evaluation(
            held_out=held_out, model=measured.model, baselines=measured.baselines,
            beside=tuple(other.model for other in others), samples=measured.samples,
            versions={"python": platform.python_version(), **libraries},
        )  # fmt: skip


def _digests(directory: Path) -> dict[str, str]:
    names = sorted(path.name for path in directory.iterdir() if path.suffix == ".safetensors")
    names += [name for name in TOKENIZER_FILES if (directory / name).is_file()]
    return {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in names}


def _figures(measures: Measures) -> Figures:
    return Figures(
        n_tokens=measures.n_tokens, nats_per_token=round(measures.nats_per_token, 5),
        bits_per_character=round(measures.bits_per_character, 5), perplexity=round(measures.perplexity, 3),
        top_1=round(measures.top_1, 5), top_5=round(measures.top_5, 5),
    )  # fmt: skip
