"""A plausible character lens of the short Japanese text, a character of three byte tokens in it."""

from __future__ import annotations

import numpy as np
from fake_text import tokens

from lmviz.results import CharacterLens

OTHERS = "のは、。にがを年日月神社春夏秋冬家人豆鬼"
PARTS = {13: ("bytes", "E9"), 14: ("bytes", "E9 B0"), 15: ("character", "鰯")}
N_OUTCOMES = 4_500


def character_lens(n_layers: int = 8, k: int = 10, seed: int = 7) -> CharacterLens:
    """Each position's outcome climbs through the layers; before the end stands "no character", at times on top."""
    rng = np.random.default_rng(seed)
    table = tokens()
    n = len(table)
    brought = [PARTS.get(p) or ("character", table.raw_bytes[p].decode()[:1]) for p in range(n - 1)]
    brought.append(("no_character", ""))
    named = sorted({*brought[1:], *(("character", c) for c in OTHERS), ("bytes", "E3"), ("bytes", "E9 B1"),
                    ("character", "鰹"), ("no_character", ""), ("unknown", "")})
    index = {outcome: i for i, outcome in enumerate(named)}
    following = np.array([-1, *(index[outcome] for outcome in brought[1:])])
    usual = [index["character", c] for c in OTHERS] + [index["bytes", "E3"], index["no_character", ""]]
    within = {14: [index["bytes", "E9 B1"]], 15: [index["character", "鰹"]]}
    candidates = np.full((n_layers, n, k), -1)
    logs = np.full(candidates.shape, np.nan, np.float32)
    own, ranks = np.full((n_layers, n), np.nan, np.float32), np.zeros((n_layers, n), np.int64)
    for position in range(1, n):
        pool = [i for i in within.get(position, usual) if i != following[position]]
        for layer in range(n_layers):
            count = min(k, len(pool) + 1)
            place = max(0, int(rng.normal((n_layers - 2 - layer) * 1.7, 1.2)))
            row = rng.permutation(pool)[:count].tolist()
            if place < count:
                row = [*row[:place], int(following[position]), *row[place:]][:count]
            flat = np.full(count, 0.25 + 0.1 * (n_layers - layer))
            shares = np.sort(rng.dirichlet(flat))[::-1] * rng.uniform(0.6, 0.98)
            candidates[layer, position, :len(row)] = row
            logs[layer, position, :len(row)] = np.log(np.maximum(shares[:len(row)], 1e-6))
            seen = place < len(row)
            ranks[layer, position] = place + 1 if seen else int(10 ** rng.uniform(1.1, 3.3))
            own[layer, position] = logs[layer, position, place] if seen else -rng.uniform(7, 12)
    completions = np.where(np.arange(n) > 0, 1, np.nan).astype(np.float32) * np.ones((n_layers, 1), np.float32)
    completions[:, 14:16] = np.geomspace(1e-6, 0.9, n_layers)[:, None]
    characters = [(p, p + 1) for p in range(n - 1) if p not in PARTS] + [(13, 16)]
    characters = np.array(sorted(characters))
    return CharacterLens(
        tokens=table, model="fake-model", outcomes=tuple(text for _, text in named),
        outcome_kinds=tuple(kind for kind, _ in named), candidates=candidates, candidate_log_probabilities=logs,
        following=following, log_probabilities=own, ranks=ranks,
        n_outcomes=np.array([0, *(64 if p in within else N_OUTCOMES for p in range(1, n))]), completions=completions,
        pending=tuple({14: "E9", 15: "E9 B0"}.get(p, "") for p in range(n)), characters=characters,
        character_log_probabilities=np.stack([own[:, a:b].sum(1) for a, b in characters], axis=1), final_norm=True,
    )
