"""How the rows of each kind's chart are laid out as tables to be read: what heads a row, what stands across, how each
value is written. The rows are those that a figure's CSV has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lmviz.figures import notation
from lmviz.figures.compare_words import signed_share
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.titles import layer_name

Row = Mapping[str, Any]
Write = Callable[[Row, Language], str]


@dataclass(frozen=True)
class Head:
    """What tells rows, columns or tables apart.

    Attributes:
        of: the column of the chart's rows.
        words: key of the message that names it.
        write: a value for readers; None writes it as it is: a token, a name.
    """

    of: str
    words: str
    write: Write | None = None

    def written(self, row: Row, language: Language) -> str:
        return headed(self.write(row, language)) if self.write else str(row[self.of])


@dataclass(frozen=True)
class Value:
    """A number, or several in a cell.

    Attributes:
        of: the column of the chart's rows without which there is nothing to write.
        words: key of the message that names it.
        write: the cell's text.
    """

    of: str
    words: str
    write: Write


@dataclass(frozen=True)
class Layout:
    """Tables made of one chart's rows.

    Attributes:
        rows: what heads a row, the last its name.
        values: columns side by side; with ``across``, a table each.
        across: what heads the columns.
        each: for each of whose values there are tables of their own.
    """

    rows: tuple[Head, ...]
    values: tuple[Value, ...]
    across: Head | None = None
    each: Head | None = None


def _as_it_is(of: str) -> Write:
    return lambda row, language: str(row[of])


def _fixed(of: str, digits: int) -> Write:
    return lambda row, language: f"{float(row[of]):.{digits}f}".replace("-", "−")


def _signed(of: str) -> Write:
    return lambda row, language: notation.signed(float(row[of]))


def _share(of: str) -> Write:
    return lambda row, language: notation.share(float(row[of]))


def _signed_share(of: str) -> Write:
    return lambda row, language: signed_share(float(row[of]))


def _rank(of: str) -> Write:
    return lambda row, language: notation.rank(int(row[of]))


def _below_one(of: str) -> Write:
    return lambda row, language: notation.below_one(float(row[of]))


def _layer(of: str) -> Write:
    return lambda row, language: layer_name(int(row[of]), language)


def _step(row: Row, language: Language) -> str:
    return message("training.step", language, step=notation.rank(int(row["training_step"])))


def _candidate(of: str) -> Write:
    """A candidate with its probability; the one that the text has is marked as in the figure."""
    def write(row: Row, language: Language) -> str:
        mark = "◆" if str(row["actual"]) == "True" else ""
        return message("table.candidate", language, token=mark + str(row[of]), percent=row["percent"])
    return write


def _first_choice(row: Row, language: Language) -> str:
    return message("table.candidate", language, token=row["first"], percent=row["percent"])


def _part(row: Row, language: Language) -> str:
    return message("term.continuation" if str(row["continuation"]) == "True" else "term.prompt", language)


def _with_tokens(row: Row, language: Language) -> str:
    return message("table.factor", language, factor=row["factor"], tokens=row["tokens"])


def _target(row: Row, language: Language) -> str:
    return message("table.target", language, text=row["target_text"], position=row["target"])


POSITION = Head("position", "table.position")
TOKEN = Head("token", "term.token")
TEXT = Head("text", "term.token")
LAYER = Head("layer", "term.layers", _layer("layer"))
FACTOR = Head("factor", "term.factor")
MODEL = Head("model", "compare.model")
STEP = Head("training_step", "training.steps", _step)
SPAN = Head("span", "table.number")
TARGET = Head("target", "table.target_head", _target)
RANK = Value("rank", "term.rank", _rank("rank"))

LAYOUTS: dict[str, Layout] = {
    "tokens": Layout((POSITION, TOKEN), (
        Value("continuation", "table.part", _part), Value("probability", "term.probability", _as_it_is("probability")),
        Value("rank", "term.rank", _as_it_is("rank")))),
    "predictions": Layout((Head("order", "table.order"), Head("label", "term.candidate")), (
        Value("percent", "term.probability", _as_it_is("percent")),)),
    "layer_predictions": Layout((LAYER,), (
        Value("token", "table.candidates", _candidate("token")),), Head("k", "table.order")),
    "rankings": Layout((POSITION, TOKEN), (
        RANK, Value("surprisal_bits", "rankings.legend_surprisal", _fixed("surprisal_bits", 2)),
        Value("entropy_bits", "rankings.legend_entropy", _fixed("entropy_bits", 2)),
        Value("kl_final_layer_bits", "rankings.legend_divergence", _fixed("kl_final_layer_bits", 2))), LAYER),
    "characters": Layout((Head("column", "table.number"), Head("actual", "characters.met")), (
        Value("first", "table.first_choice", _first_choice),
        Value("rank", "characters.actual_rank", _rank("rank"))), LAYER),
    "watched_words": Layout((LAYER,), (
        Value("log_probability", "term.log_probability", _fixed("log_probability", 2)),
        Value("rank", "watched_words.rank", _rank("rank"))), Head("word", "watched_words.word")),
    "attribution": Layout((POSITION, TOKEN), (Value("score", "table.score", _as_it_is("score")),)),
    "attribution_methods": Layout((POSITION, TOKEN), (
        Value("score", "table.score", _as_it_is("score")),), Head("method", "term.methods"), TARGET),
    "attribution_targets": Layout((POSITION, TOKEN), (
        Value("score", "table.score", _as_it_is("score")),), TARGET, Head("method", "term.methods")),
    "neuron_factors": Layout((POSITION, TOKEN), (
        Value("activation", "term.activation", _fixed("activation", 2)),), FACTOR),
    "factor_responses": Layout((POSITION, TOKEN), (
        Value("strength", "factor_responses.strength", _fixed("strength", 2)),), FACTOR),
    "model_factors": Layout((Head("factor", "term.factor", _with_tokens),), (
        Value("share", "model_factors.layer_weight", _share("share")),), LAYER),
    "layer_similarity": Layout((LAYER,), tuple(
        Value(each, f"layer_similarity.measure.{each}", _below_one(each)) for each in ("cka", "svcca", "pwcca")),
        Head("other_layer", "table.other_layer", _layer("other_layer"))),
    "compare_surprisal": Layout((SPAN, TEXT), (
        Value("bits", "rankings.legend_surprisal", _fixed("bits", 2)),), MODEL),
    "compare_settled": Layout((SPAN, TEXT), (Value("depth", "compare.depth", _fixed("depth", 2)),), MODEL),
    "compare_ranks": Layout((SPAN, TEXT), (RANK,), LAYER, MODEL),
    "compare_watched_words": Layout((LAYER,), (
        Value("log", "term.log_probability", _fixed("log", 2)),), Head("word", "watched_words.word"), MODEL),
    "compare_attribution": Layout((POSITION, TEXT), (Value("share", "table.share", _signed_share("share")),), MODEL),
    "pair_predictions": Layout((Head("order", "table.order"),), (
        Value("token", "table.candidates", _candidate("token")),), Head("text", "table.text")),
    "pair_divergence": Layout((Head("place", "table.number"), Head("name", "table.place")), (
        Value("bits", "pair_divergence.bits", _as_it_is("bits")),), LAYER),
    "training_course": Layout((POSITION, TOKEN), (RANK,), STEP),
    "training_ranks": Layout((POSITION, TOKEN), (RANK,), LAYER, STEP),
    "training_factors": Layout((POSITION, TOKEN), (
        Value("strength", "factor_responses.strength", _fixed("strength", 2)),),
        Head("factor", "term.factor", lambda row, language: message("term.factor_n", language, number=row["factor"])),
        STEP),
    "training_attribution": Layout((POSITION, TOKEN), (
        Value("relative", "table.score", _signed("relative")),), TARGET, STEP),
}
"""By kind; two more of attributions, for methods and for targets side by side (`tables.attribution_tables`)."""
