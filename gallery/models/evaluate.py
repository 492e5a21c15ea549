"""Held-out loss of a model: ``python gallery/models/evaluate.py MODEL_DIR TEXTS.jsonl.xz``.

TEXTS holds JSON lines, ``{"title": …, "text": …}``, compressed with xz or plain. A record is its title, if it has one,
and the lines of its text. Lines are encoded one by one, blank ones left out, and the end-of-sequence token stands
before each record. A record is read in windows of at most 256 tokens (``--window``), each beginning with the last token
of the one before, so that every token is predicted exactly once; the end-of-sequence tokens are not.

Bits a character is the sum of -log2 of the tokens' probabilities over the number of characters, newlines left out.
Unlike perplexity a token it can be compared between tokenizers. Everything is computed in float32.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

import lmviz


@dataclass(frozen=True)
class HeldOutLoss:
    """What a model makes of texts it has not seen.

    Attributes:
        n_records, n_characters, n_tokens: how much was read, without newlines and the tokens put before records.
        nats: sum of -log of the tokens' probabilities.
    """

    n_records: int
    n_characters: int
    n_tokens: int
    nats: float

    @property
    def bits_per_character(self) -> float:
        return self.nats / math.log(2) / self.n_characters

    @property
    def perplexity(self) -> float:
        """Perplexity a token."""
        return math.exp(self.nats / self.n_tokens)


def evaluate(model: lmviz.LanguageModel, records: list[str], window: int = 256) -> HeldOutLoss:
    """Reads ``records``, texts whose lines are encoded one by one, in windows of at most ``window`` tokens.

    Raises:
        ValueError: a window longer than the model's context, no text, or a tokenizer without an end-of-sequence token.
    """
    if not 2 <= window <= model.context_length:
        raise ValueError(f"--window is 2 to {model.context_length} tokens for {model.name}, not {window}")
    if model.tokenizer.eos_id is None:
        raise ValueError(f"the tokenizer of {model.name} has no end-of-sequence token to put before a record")
    n_characters = n_tokens = 0
    nats = 0.0
    for record in records:
        lines = [line for line in record.split("\n") if line.strip()]
        n_characters += sum(map(len, record.split("\n")))
        ids = [model.tokenizer.eos_id, *(i for line in lines for i in model.tokenizer.encode(line).token_ids.tolist())]
        for part in _windows(ids, window):
            nats -= _log_probability(model, part)
            n_tokens += len(part) - 1
    if n_tokens == 0:
        raise ValueError("there is no text to read; expected JSON lines with a text each")
    return HeldOutLoss(len(records), n_characters, n_tokens, nats)


def _windows(ids: list[int], window: int) -> Iterator[list[int]]:
    for begin in range(0, len(ids) - 1, window - 1):
        yield ids[begin : begin + window]


def _log_probability(model: lmviz.LanguageModel, ids: list[int]) -> float:
    """Sum of the log-probabilities, in nats, of all ids but the first."""
    with torch.inference_mode():
        logits = model.network(input_ids=torch.tensor([ids], device=model.device), use_cache=False).logits[0, :-1]
        log_probabilities = logits.float().log_softmax(-1)
        following = torch.tensor(ids[1:], device=model.device)[:, None]
        return float(log_probabilities.gather(1, following).double().sum())


def read_records(path: Path) -> list[str]:
    """Title and text of each line of a JSON lines file. Raises ``ValueError`` that names the line that is not so."""
    records = []
    opened = lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")
    with opened as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
                title, text = record.get("title") or "", record["text"]
            except (ValueError, KeyError, AttributeError):
                expected = '{"title": "…", "text": "…"}'
                raise ValueError(f"{path}, line {number}: expected an object such as {expected}") from None
            records.append(f"{title}\n{text}" if title else text)
    return records


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status is 0, or 1 after one line on standard error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="directory of the model, or owner/name on the hub")
    parser.add_argument("texts", type=Path, help="JSON lines with title and text, .xz or plain")
    parser.add_argument("--window", type=int, default=256, help="tokens read at once (default: 256)")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args(arguments)
    try:
        model = lmviz.load(options.model, device=options.device, start="none")
        loss = evaluate(model, read_records(options.texts), options.window)
    except (OSError, ValueError, lzma.LZMAError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{loss.n_records} records, {loss.n_characters} characters, {loss.n_tokens} tokens")
    print(f"{loss.bits_per_character:.3f} bits a character, perplexity {loss.perplexity:.1f} a token")
    return 0


if __name__ == "__main__":
    sys.exit(main())
