"""How much likeness few places feign: a layer beside another one, and beside itself with its places shuffled.

    python tests/benchmarks/few_places.py [--model gallery/models/ja-gpt2-mini]

The table of docs/*/figures/layer_similarity.md. Places are spread evenly over the reference text, as in
`lmviz.layer_similarity`, which refuses so few; the last layer's are shuffled from a seed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

import lmviz  # noqa: E402
from lmviz.analyses.layer_similarity.cca import pwcca, svcca  # noqa: E402
from lmviz.analyses.layer_similarity.cka import debiased_cka  # noqa: E402
from lmviz.analyses.layer_similarity.directions import directions  # noqa: E402
from lmviz.analyses.layer_similarity.sampling import spread  # noqa: E402
from lmviz.analyses.layer_similarity.similarity import hidden_states  # noqa: E402
from lmviz.passages import read_passages  # noqa: E402

PLACES = (100, 500, 2_000, 4_096)


def measured(model: lmviz.LanguageModel, texts: list[str], n: int) -> list[float]:
    """CKA, SVCCA and PWCCA of the first layer and the last, each followed by that of shuffled places."""
    passages = read_passages(model, texts)
    counted = np.flatnonzero(passages.counted)
    states = hidden_states(model, passages, counted[spread(passages, counted, n)])
    shuffled = states[-1][torch.randperm(n, generator=torch.Generator().manual_seed(0))]
    first, last, unrelated = (directions(each) for each in (states[0], states[-1], shuffled))
    return [
        value for measure in (debiased_cka, svcca, lambda one, two: pwcca(one, two)[0]) for value in
        (measure(first, last), measure(first, unrelated))
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(REPOSITORY / "gallery/models/ja-gpt2-mini"))
    model = lmviz.load(parser.parse_args().model, device="cpu")
    passages = (REPOSITORY / "gallery/reference/sentences.txt").read_text(encoding="utf-8").strip().split("\n\n")
    texts = [passage.replace("\n", "") for passage in passages]
    print("places     CKA  (unrelated)   SVCCA  (unrelated)   PWCCA  (unrelated)")
    for n in PLACES:
        print(f"{n:6,}" + "".join(f"{value:10.2f}" for value in measured(model, texts, n)), flush=True)


if __name__ == "__main__":
    main()
