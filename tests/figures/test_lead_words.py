"""Who leads among watched words: by hand, in every way that a lead can be won, kept and lost."""

from __future__ import annotations

from dataclasses import replace

import fakes
import numpy as np
import pytest

import lmviz.figures as figures
from lmviz.figures.charts.line_ends import WIDTH, Across, ends, room
from lmviz.figures.lead_words import lead_changes, places, title
from lmviz.results import WatchedWords


def words(*logs: list[float]) -> WatchedWords:
    """Words of one token each with these log-probabilities by layer."""
    names = ("豆", "鬼", "福")[: len(logs)]
    return replace(
        fakes.watched_words(), words=names, word_token_ids=tuple((2018 + i,) for i in range(len(logs))),
        word_token_texts=tuple((name,) for name in names), log_probabilities=np.array(logs, np.float32),
        ranks=np.ones((len(logs), len(logs[0])), int),
    )


@pytest.mark.parametrize("logs, changes, said", [
    (([-1, -1, -1], [-3, -3, -3]), [], "どの層でも「豆」が先頭に立つ。"),
    (([-3, -3, -1], [-1, -1, -3]), [(2, 1, 0)], "「豆」が第2層で「鬼」を追い抜く。"),
    # Ahead by a hair from layer 1, clearly from layer 2: the lead was taken at layer 1.
    (([-3, -1.9, -1], [-1, -2, -3]), [(1, 1, 0)], "「豆」が第1層で「鬼」を追い抜く。"),
    (([-3, -1, -3, -1], [-1, -3, -1, -3]), [(1, 1, 0), (2, 0, 1), (3, 1, 0)],
     "先頭は3回入れ替わり、第3層からは「豆」が立つ。"),
    (([-2, -2, -1], [-2.1, -1.9, -3]), [], "「豆」が第2層からほかの語を引き離す。"),
    (([-1, -2, -2], [-3, -2.1, -2.1]), [], "先頭に立つ語のある層もあるが、最終層でははっきりした差がない。"),
    (([-2, -2, -2], [-2.1, -1.9, -2.1]), [], "語のあいだに、はっきりした差はつかない。"),
    # 福 is ahead by a hair between the two clear leaders: 豆 overtakes nobody it is said to.
    (([-4, -3, -1], [-1, -3, -4], [-2, -2.9, -4]), [(2, 1, 0)], "「豆」が第2層で先頭に立つ。"),
])
def test_a_lead_counts_where_it_is_clear(logs: tuple[list[float], ...], changes: list[tuple[int, int, int]], said: str
                                         ) -> None:
    result = words(*logs)
    assert [tuple(change) for change in lead_changes(result)] == changes
    assert title(result, "ja") == said


def test_places_are_counted_from_the_most_probable_and_ties_share_one() -> None:
    assert places(words([-1, -5], [-2, -5], [-3, -4])).tolist() == [[1, 2], [2, 2], [3, 1]]


def test_a_single_word_has_neither_rivals_nor_places() -> None:
    one = words([-5, -1])
    assert lead_changes(one) == []
    assert title(replace(one, ranks=np.array([[500, 3]])), "ja") == "「豆」は第1層で上位10位に入り、そのまま残る。"
    assert title(one, "ja") == "「豆」の順位に目立った動きはない。"


def test_the_chart_marks_each_change_and_names_who_takes_the_lead() -> None:
    marked = figures.svg(figures.watched_words(words([-3, -3, -1], [-1, -1, -3]), "en"))
    assert "layer 2: 鬼 → 豆" in marked
    assert "→" not in figures.svg(figures.watched_words(words([-1, -1, -1], [-3, -3, -3]), "en"))
    with pytest.raises(ValueError, match="log_probability, place, rank, not 'share'"):
        figures.watched_words(fakes.watched_words(), quantity="share")


@pytest.mark.parametrize("values, align", [((-9, -8.5), "right"), ((-1.5, -1), "left"), ((-9.5, -0.5), "center")])
def test_a_note_stands_where_the_lines_leave_room(values: tuple[float, float], align: str) -> None:
    across = Across("log_probability", -10, 0)
    rows = [{"word": str(i), "layer": layer, "log_probability": value - layer / 10}
            for i, value in enumerate(values) for layer in range(2)]
    x, aligned = room(rows, across)
    assert aligned == align and 0 <= x <= WIDTH


def test_scales_run_to_the_right_for_the_stronger_and_names_keep_clear() -> None:
    assert Across.of("place", [1, 2, 3], 3).pixel(1) > Across.of("place", [1, 2, 3], 3).pixel(2)
    assert Across.of("rank", [1, 1000], 2).pixel(1) == pytest.approx(WIDTH)
    across = Across.of("log_probability", [-9, -1], 8)
    names = ("節分の日に食べる恵方巻という太巻き寿司", "鬼", "豆まき", "Tokyo", "福", "柊", "鰯の頭", "冬")
    rows = [{"word": name, "layer": 1, "log_probability": -1 - i / 100} for i, name in enumerate(names)]
    placed = ends(rows, 2, across, 60)
    assert next(end["label"] for end in placed if end["word"] == names[0]) == "節分の日に食べる恵方巻と…"
    for row in {end["label_y"] for end in placed}:
        boxes = sorted((end["label_x"] - end["width"] / 2, end["label_x"] + end["width"] / 2)
                       for end in placed if end["label_y"] == row)
        assert all(a[1] <= b[0] + 0.1 for a, b in zip(boxes, boxes[1:], strict=False))
