"""``evaluation.json``: the figures of a model's card, kept beside its weights. Reading it needs no torch."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

FILE = "evaluation.json"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HeldOut(_Strict):
    """The text that was read.

    Attributes:
        sha256: of the file, hexadecimal.
        window: tokens that a neural model reads at once.
    """

    file: str
    sha256: str
    n_records: int
    n_characters: int
    window: int


class Figures(_Strict):
    """Rounded so far that other numbers of threads or instructions of a processor give the same.

    Attributes:
        n_tokens: that were predicted.
        top_1, top_5: share of the tokens whose rank is 1, at most 5.
    """

    n_tokens: int
    nats_per_token: float
    bits_per_character: float
    perplexity: float
    top_1: float
    top_5: float


class MeasuredModel(_Strict):
    """A model and its figures.

    Attributes:
        version: as the catalog states it, or the command was told; None where nobody says.
        files: hexadecimal SHA-256 of weights and tokenizer files, by name.
    """

    name: str
    version: int | None
    files: dict[str, str]
    figures: Figures


class Trigrams(_Strict):
    """A 3-gram model of the same tokenizer, with the sources, documents and tokens that it was trained on."""

    sources: tuple[str, ...]
    n_documents: int
    n_tokens: int
    figures: Figures


class Sample(_Strict):
    """What a model wrote after a prompt.

    Attributes:
        greedy, sampled: the text as it came; bytes that make up no character have none.
        greedy_ended, sampled_ended: whether it was ended by an end token.
    """

    prompt: str
    greedy: str
    greedy_ended: bool
    sampled: str
    sampled_ended: bool


class Samples(_Strict):
    """How samples were drawn (from the whole distribution, temperature 1), and what came.

    Attributes:
        start: token before each prompt, ``none``, ``bos`` or ``eos``.
        seed: of the sampled ones; the greedy ones have nothing random.
    """

    max_new_tokens: int
    seed: int
    start: str
    texts: tuple[Sample, ...]


class Evaluation(_Strict):
    """All figures of one model, of one run.

    Attributes:
        schema_version: of this file.
        baselines: none where the run had none.
        beside: the other models of the same run.
        versions: of Python and the libraries, by name.
    """

    schema_version: int = 1
    held_out: HeldOut
    model: MeasuredModel
    baselines: tuple[Trigrams, ...]
    beside: tuple[MeasuredModel, ...]
    samples: Samples
    versions: dict[str, str]

    @property
    def baseline(self) -> Trigrams | None:
        """The strongest of the 3-gram models: of the fewest bits a character."""
        return min(self.baselines, key=lambda each: each.figures.bits_per_character, default=None)


def write_evaluation(directory: Path, evaluation: Evaluation) -> Path:
    """Writes the file of a model directory; equal evaluations give equal bytes."""
    path = directory / FILE
    path.write_text(evaluation.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def read_evaluation(directory: Path) -> Evaluation | None:
    """The evaluation of a model directory, None where it has none. Raises ``ValueError`` for a file that is no such."""
    path = directory / FILE
    if not path.is_file():
        return None
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(
            f"{path} is no evaluation: {where}: {first['msg']}; measure the model again with --write"
        ) from None
