"""The words of the figures that follow a text through a model's training.

Each function of a kind gives title, caption, alternative and convention, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.comparison import FactorTracks, TrainingCourse, factor_tracks
from lmviz.comparison import training_course as course_of
from lmviz.comparison.factor_tracks import COUNTERPART
from lmviz.figures import attribution_words, labels, notation
from lmviz.figures import training_measures as measures
from lmviz.figures.attribution_words import method_name, sentences
from lmviz.figures.factor_names import factor_name
from lmviz.figures.followed import CHOICES, TARGETS, Followed, followed, step_name, steps_in_words
from lmviz.figures.messages import Language, headed, message, quoted
from lmviz.figures.targets import target_name, target_row
from lmviz.figures.titles import name, strongest_names
from lmviz.results import Attribution, LensMeasures, NeuronFactors, TokenProbabilities

Words = tuple[str, str, str, str]

KINDS = ("training_course", "training_ranks", "training_factors", "training_attribution")
"""In the order of a page."""

FALL = 0.3
"""Bits a character by which surprisal must have fallen, or risen, for a title to say so."""
NAMED = 6
"""Tokens that a sentence names, at most."""


def describe(kind: str, results: Any, language: Language, position: int | None) -> Words:
    """The words of a figure of `KINDS`."""
    if kind == "training_attribution":
        return training_attribution(results, language, position)
    return {"training_course": training_course, "training_ranks": training_ranks,
            "training_factors": training_factors}[kind](results, language)


def training_course(results: Mapping[str, Any], language: Language) -> Words:
    """The title says how far surprisal falls."""
    of = followed(results, LensMeasures, "training_course", language)
    course = course_of(dict(zip(of.steps, of.results, strict=True)))
    bits = course.bits_per_character
    caption = message("training_course.caption", language)
    said = [message("training_course.convention", language, vocabulary=notation.rank(of.last.vocabulary_size))]
    if TARGETS in of.beside:
        said.append(message("training_course.followed", language, count=measures.FOLLOWED))
    convention = sentences([*said, _once(of, language)], language)
    if not np.isfinite(bits).all():
        nothing = message("training_course.title.nothing", language)
        return nothing, caption, nothing, convention
    fall = bits[0] - bits[-1]
    kind = "falls" if fall >= FALL else "rises" if fall <= -FALL else "plain"
    title = message(f"training_course.title.{kind}", language,
                    first_step=notation.rank(of.steps[0]), last_step=notation.rank(of.steps[-1]),
                    first=notation.amount(bits[0]), last=notation.amount(bits[-1]))
    spoken = message("compare.lists", language).join(
        message("training_course.value", language, step=notation.rank(step), rank=notation.rank(round(median)),
                bits=notation.amount(per))
        for step, median, per in zip(of.steps, course.quartiles[:, 1].tolist(), bits.tolist(), strict=True))
    return title, caption, message("training_course.alternative", language, list=spoken), convention


def story(course: TrainingCourse, language: Language) -> str:
    """What happens between the checkpoints: the largest fall, and whether particles come before the rest."""
    said, at = [], measures.steepest(course)
    fall = course.bits_per_character[at - 1] - course.bits_per_character[at]
    if fall > 0:
        said.append(message("training_course.most", language, before=notation.rank(course.steps[at - 1]),
                            after=notation.rank(course.steps[at]), fall=notation.amount(fall)))
    found = measures.gap(course, measures.particles(course.tokens))
    if found is not None:
        key = "particles_ahead" if found.others >= 2 * found.particles else "others_ahead"
        said.append(message(f"training_course.{key}", language, step=notation.rank(found.step),
                            particles=notation.rank(round(found.particles)), others=notation.rank(round(found.others))))
    return sentences(said, language)


def training_ranks(results: Mapping[str, Any], language: Language) -> Words:
    """The title names what is ranked first at the earliest checkpoint at which anything is."""
    of = followed(results, LensMeasures, "training_ranks", language)
    course = course_of(dict(zip(of.steps, of.results, strict=True)))
    counts = course.n_first.tolist()
    earliest = next((i for i, count in enumerate(counts) if count), None)
    if earliest is None:
        title = message("training_ranks.title.plain", language)
    else:
        title = message("training_ranks.title.earliest", language, step=notation.rank(of.steps[earliest]),
                        list=token_names(course, np.flatnonzero(course.ranks[earliest] == 1).tolist(), language),
                        last_step=notation.rank(of.steps[-1]), all=len(course.predicted), first=counts[-1])
    spoken = message("list.separator", language).join(
        message("training_ranks.count", language, step=notation.rank(step), count=count)
        for step, count in zip(of.steps, counts, strict=True))
    convention = sentences([
        message("training_ranks.convention", language, vocabulary=notation.rank(of.last.vocabulary_size)),
        _once(of, language)], language)
    return (title, message("training_ranks.caption", language),
            message("training_ranks.alternative", language, list=spoken), convention)


def ranks_stop(of: Followed[LensMeasures], course: TrainingCourse, checkpoint: int, language: Language) -> str:
    """What there is to see at one checkpoint, and what is new since the one before."""
    ranks, step = course.ranks[checkpoint], notation.rank(of.steps[checkpoint])
    said = [message("training_ranks.stop", language, step=step, all=len(course.predicted),
                    first=int(course.n_first[checkpoint]))]
    found = measures.particles(course.tokens)
    if found.size:
        said.append(message("training_ranks.particles", language, all=found.size, first=int((ranks[found] == 1).sum())))
    choices = of.beside.get(f"{CHOICES}{of.steps[checkpoint]}")
    if isinstance(choices, TokenProbabilities) and (counted := measures.first_choices(choices)):
        token = quoted(labels.of_entry(choices.labels, counted[0][0], language), language)
        key = "choices_one" if len(counted) == 1 else "choices"
        said.append(message(f"training_ranks.{key}", language, token=token, kinds=len(counted), count=counted[0][1]))
    if checkpoint:
        new, lost = measures.newly_first(course, checkpoint)
        before = notation.rank(of.steps[checkpoint - 1])
        said += [message(f"training_ranks.{key}", language, before=before, list=token_names(course, which, language))
                 for key, which in (("new", new), ("lost", lost)) if which]
    settled = of.results[checkpoint].settled
    late = int((settled[course.predicted] == of.results[checkpoint].ranks.shape[0] - 1).sum())
    said.append(message("training_ranks.late", language, late=late))
    return sentences(said, language)


def token_names(course: TrainingCourse, positions: list[int], language: Language) -> str:
    """Tokens in quotation marks, each once, cut short where there are many."""
    names = list(dict.fromkeys(
        quoted(labels.of_position(course.tokens, p, language), language) for p in positions))
    listed = message("list.separator", language).join(names[:NAMED])
    return message("training_ranks.more", language, list=listed) if len(names) > NAMED else listed


def training_factors(results: Mapping[str, Any], language: Language) -> Words:
    """The title says how far back the last checkpoint's factors can be followed."""
    of = followed(results, NeuronFactors, "training_factors", language)
    tracks = factor_tracks(of.results)
    checkpoint, count = measures.oldest(tracks)
    title = message(f"training_factors.title.{'plain' if checkpoint == len(of.steps) - 1 else 'traced'}", language,
                    all=tracks.tracks.shape[1], count=count, step=notation.rank(of.steps[checkpoint]),
                    last_step=notation.rank(of.steps[-1]))
    spoken = message("compare.lists", language).join(
        f"{factor_name(factor, language)} {strongest_names(of.last, factor, language) or '–'}"
        for factor in range(tracks.tracks.shape[1]))
    convention = sentences([
        message("training_factors.convention", language, count=tracks.tracks.shape[1],
                least=notation.correlation(COUNTERPART)), _once(of, language)], language)
    return (title, message("training_factors.caption", language),
            message("training_factors.alternative", language, list=spoken), convention)


def factors_stop(of: Followed[NeuronFactors], tracks: FactorTracks, checkpoint: int, language: Language) -> str:
    """Which factors of a checkpoint have no counterpart in the next."""
    step = notation.rank(of.steps[checkpoint])
    if checkpoint == len(of.steps) - 1:
        return message("training_factors.stop_last", language, step=step)
    following, alone = notation.rank(of.steps[checkpoint + 1]), tracks.unmatched(checkpoint)
    if alone:
        listed = message("list.separator", language).join(
            factor_name(track, language) for track in sorted(tracks.tracks[checkpoint, alone].tolist()))
        return message("training_factors.stop_some", language, step=step, next=following, list=listed)
    values = tracks.correlations[checkpoint]
    return message("training_factors.stop_all", language, step=step, next=following,
                   low=notation.correlation(float(values.min())), high=notation.correlation(float(values.max())))


def training_attribution(results: Mapping[str, Any], language: Language, position: int | None) -> Words:
    """The title says whether what contributes most to the target changes."""
    of = followed(results, Attribution, "training_attribution", language)
    caption = message("training_attribution.caption", language)
    convention = sentences([
        message("training_attribution.convention", language, method=method_name(of.last.method, language),
                quantity=message(f"attribution.quantity.{of.last.target}", language)), _once(of, language)], language)
    rows = measures.shared_targets(of)
    if not rows:
        nothing = message("training_attribution.title.nothing", language)
        return nothing, caption, nothing, convention
    row = attributed_row(of, position)
    found = [attribution_words.claim(each, row)[1] for each in of.results]
    spoken = message("list.separator", language).join(
        message("training.at_step", language, step=notation.rank(step),
                value=name(of.last, source, language) if source >= 0 else "–")
        for step, source in zip(of.steps, found, strict=True))
    return (attribution_title(of, row, language), caption,
            message("training_attribution.alternative", language, target=target_name(of.last, row, language),
                    list=spoken), convention)


def attribution_title(of: Followed[Attribution], row: int, language: Language) -> str:
    """Whether the token that stands out at the first checkpoint still does at the last."""
    first, last = (attribution_words.claim(each, row)[1] for each in (of.results[0], of.last))
    kind = "plain" if min(first, last) < 0 else "stays" if first == last else "moves"
    names = {key: name(of.last, source, language) if source >= 0 else "" for key, source in
             (("first", first), ("last", last))}
    return message(f"training_attribution.title.{kind}", language, target=target_name(of.last, row, language), **names,
                   first_step=notation.rank(of.steps[0]), last_step=notation.rank(of.steps[-1]))


def attributed_row(of: Followed[Attribution], position: int | None) -> int:
    """Row of the target at ``position``, or else of the first that all checkpoints explain."""
    rows = measures.shared_targets(of)
    row = target_row(of.last, labels.default_position(of.tokens) if position is None else position)
    return row if row in rows else rows[0]


def attribution_stop(of: Followed[Attribution], checkpoint: int, row: int, language: Language) -> str:
    """What contributes most to a target at a checkpoint, and how probable the checkpoint finds it."""
    result = of.results[checkpoint]
    title = attribution_words.title(result, language, int(result.target_positions[row]))
    said = message("training_attribution.stop", language, step=notation.rank(of.steps[checkpoint]), title=title)
    if result.target == "log_probability":
        said += message("training_attribution.probability", language, target=target_name(result, row, language),
                        probability=notation.percent(float(result.values[row])))
    return said


def _once(of: Followed, language: Language) -> str:
    return message("training.once", language, steps=steps_in_words(of.steps, language))


def stop_name(step: int, language: Language) -> str:
    """The heading of a checkpoint."""
    return headed(step_name(step, language))
