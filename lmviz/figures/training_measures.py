"""What the figures of a training say in words, as numbers: particles and the rest, who comes first, what is new."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lmviz.comparison import FactorTracks, TrainingCourse
from lmviz.figures.followed import Followed
from lmviz.results import Attribution, TokenProbabilities
from lmviz.tokens import TokenTable
from lmviz.units import boundaries
from lmviz.units.sudachi import sudachi_words

FOLLOWED = 6
"""Tokens that the course draws a line for, at most."""


class Gap(NamedTuple):
    """The step at which particles are furthest ahead of all other tokens, and the median rank of either."""

    step: int
    particles: float
    others: float


def particles(tokens: TokenTable) -> np.ndarray:
    """int64 ``[n]``: the predicted positions whose token is a particle, the whole word and nothing else.

    Words are Sudachi's, and so is what counts as a particle (助詞).
    """
    words, begin = set(), 0
    for end in boundaries(tokens.text, "sentence").tolist():
        start = begin
        for word in sudachi_words(tokens.text, begin, end):
            if word.part_of_speech[0] == "助詞":
                words.add((start, word.end))
            start = word.end
        begin = end
    spans = [tuple(span) for span in tokens.spans.tolist()]
    return np.array([p for p in range(1, len(tokens)) if spans[p] in words], dtype=np.int64)


def gap(course: TrainingCourse, of_particles: np.ndarray) -> Gap | None:
    """Where the ratio of the median ranks is largest; None for fewer than three of either."""
    others = np.setdiff1d(course.predicted, of_particles)
    if min(len(of_particles), len(others)) < 3:
        return None
    first, second = (np.median(course.ranks[:, where], axis=1) for where in (of_particles, others))
    widest = int(np.argmax(second / first))
    return Gap(course.steps[widest], float(first[widest]), float(second[widest]))


def moved_most(course: TrainingCourse, targets: Attribution | None) -> list[int]:
    """The positions that the course draws lines for, in the text's order: of the targets' first tokens, those whose
    rank moved most between any two checkpoints, in orders of magnitude."""
    if targets is None:
        return []
    where = [int(p) for p in np.unique(targets.target_positions) if course.ranks[0, p] > 0]
    moves = {p: float(np.ptp(np.log(course.ranks[:, p]))) for p in where}
    return sorted(sorted(where, key=lambda p: (-moves[p], p))[:FOLLOWED])


def steepest(course: TrainingCourse) -> int:
    """The checkpoint before which surprisal falls most; 1 to the last."""
    return int(np.argmax(course.bits_per_character[:-1] - course.bits_per_character[1:])) + 1


def newly_first(course: TrainingCourse, checkpoint: int) -> tuple[list[int], list[int]]:
    """Positions that are first at a checkpoint and were not at the one before, and the reverse."""
    now = course.ranks[checkpoint] == 1
    before = course.ranks[checkpoint - 1] == 1 if checkpoint else np.zeros_like(now)
    return np.flatnonzero(now & ~before).tolist(), np.flatnonzero(before & ~now).tolist()


def first_choices(result: TokenProbabilities) -> list[tuple[int, int]]:
    """Vocabulary entries that the model puts first somewhere and how often, the most frequent first."""
    ids = result.candidate_ids[1:, 0]
    found, counts = np.unique(ids[ids >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return list(zip(found[order].tolist(), counts[order].tolist(), strict=True))


def oldest(tracks: FactorTracks) -> tuple[int, int]:
    """The earliest checkpoint to which a factor of the last can be followed back, and how many can."""
    last = tracks.tracks[-1]
    reach = []
    for track in last.tolist():
        checkpoint = len(tracks.tracks) - 1
        while checkpoint > 0 and track in tracks.tracks[checkpoint - 1]:
            checkpoint -= 1
        reach.append(checkpoint)
    return min(reach), reach.count(min(reach))


def shared_targets(of: Followed[Attribution]) -> list[int]:
    """Rows of the first result's targets that all results have in the same place, as they have the same tokens."""
    first = of.results[0]
    same = [all(row < len(each.target_positions)
                and each.target_positions[row] == first.target_positions[row]
                and each.target_lengths[row] == first.target_lengths[row] for each in of.results)
            for row in range(len(first.target_positions))]
    return [row for row, held in enumerate(same) if held]


def relative(result: Attribution, row: int) -> np.ndarray:
    """float64 ``[position]``: scores of a target divided by the largest absolute one, 0 where all are."""
    scores = result.scores[row].astype(np.float64)
    largest = np.abs(scores).max(initial=0)
    return scores / largest if largest else scores
