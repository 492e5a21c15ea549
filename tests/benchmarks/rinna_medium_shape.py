"""Builds one entry of 100 tokens on a model laid out like the hub's rinna/japanese-gpt2-medium.

24 layers, width 1,024, 32,000 pieces, random float32 weights around a given SentencePiece file; every analysis of an
entry, through the command: 92 tokens of prompt and 8 generated, integrated gradients at 16 steps. Checks that the token
ids are SentencePiece's, and prints wall-clock time and peak memory.

    python tests/benchmarks/rinna_medium_shape.py PATH/TO/spiece.model [--device cuda]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TEXT = (
    "節分は、季節の変わり目に行われる日本の行事で、今では二月の初めの立春の前の日を指すことが多い。"
    "夜になると家の戸を開け、鬼は外、福は内と声を上げながら、炒った豆を庭や部屋にまく。"
    "まいた豆は、自分の年の数だけ拾って食べ、一年を元気に過ごせるように願う。"
    "柊の枝に鰯の頭を刺して門口に立てる土地もあれば、その年の縁起の良い方角を向いて太い巻き寿司を食べる土地もある。"
)
N_TOKENS, N_NEW = 100, 8


def make_model(directory: Path, spiece: Path) -> None:
    """Writes a directory like the hub's, with random weights."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=32000, n_positions=1024, n_embd=1024, n_layer=24, n_head=16, n_inner=4096,
        activation_function="gelu_new", bos_token_id=1, eos_token_id=2, tie_word_embeddings=True,
    )
    directory.mkdir(parents=True)
    GPT2LMHeadModel(config).save_pretrained(directory)
    shutil.copyfile(spiece, directory / "spiece.model")
    (directory / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "T5Tokenizer", "eos_token": "</s>", "bos_token": "<s>", "unk_token": "<unk>",
        "pad_token": "[PAD]", "extra_ids": 0, "additional_special_tokens": [], "do_lower_case": False,
    }))


def make_gallery(root: Path, text: str, n_new: int) -> None:
    """Writes a catalog with that model and one prompt."""
    catalog = root / "gallery" / "catalog"
    (catalog / "prompts").mkdir(parents=True)
    (catalog / "models.yaml").write_text(json.dumps([{
        "id": "rinna-shape", "names": {"ja": "rinna の形", "en": "rinna's shape"},
        "about": {"ja": "重みは乱数", "en": "random weights"}, "directory": "models/rinna-shape", "licence": "MIT",
    }]))
    (catalog / "prompts" / "long.yaml").write_text(json.dumps({
        "id": "long", "titles": {"ja": "百トークン", "en": "A hundred tokens"},
        "about": {"ja": "大きさを測る", "en": "for measuring"}, "text": text,
        "source": {"kind": "own", "licence": "CC0-1.0"}, "generation": {"max_new_tokens": n_new},
        "figures": {"watched_words": {"words": ["鬼", "豆", "福"]}, "attribution": {"n_steps": 16}},
    }))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spiece", type=Path)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()

    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.spiece))
    text = TEXT
    while len(pieces.encode(text)) > N_TOKENS - N_NEW:
        text = text[:-1]
    expected = pieces.encode(text)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        make_model(root / "models" / "rinna-shape", options.spiece)
        make_gallery(root, text, N_TOKENS - len(expected))
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, str(REPOSITORY / "build_gallery.py"), "build", "--no-site", "--device", options.device],
            env={**os.environ, "LMVIZ_GALLERY_ROOT": str(root)}, check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode:
            return done.returncode
        sys.path.insert(0, str(REPOSITORY))
        from gallery.engine.plan import entries
        from gallery.store import Store
        from gallery.validation.reader import read_catalog

        (entry,) = entries(read_catalog(root), root)
        failed = [f.kind for f in entry.figures if f.failure]
        rankings = next(f for f in entry.figures if f.kind == "rankings")
        tokens = Store(root).read(rankings.results[""]).tokens
        found = tokens.token_ids[: tokens.n_prompt].tolist()
        print(f"figures: {len(entry.figures)}, failed: {failed or 'none'}")
        print(f"tokens: {len(tokens)} ({tokens.n_prompt} of the prompt), as SentencePiece's: {found == expected}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        print(f"time: {seconds:.1f} s on {options.device}, {os.cpu_count()} cores; peak memory {peak:.2f} GiB")
        return int(found != expected or bool(failed))


if __name__ == "__main__":
    sys.exit(main())
