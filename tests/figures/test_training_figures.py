"""Figures of a training: what their words claim, what they hold without a script, the rows behind the charts."""

from __future__ import annotations

import csv
import io
import re

import fake_training
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_training import STEPS

from gallery.pages.drawings import table
from lmviz import figures
from lmviz.comparison import factor_tracks, training_course
from lmviz.figures import training_words
from lmviz.figures.messages import LANGUAGES

FOUND = fake_training.results()


def title(kind: str, results: dict | None = None) -> str:
    return figures.describe(kind, results or FOUND[kind], "ja").title


def drawn(kind: str, language: str = "ja") -> BeautifulSoup:
    return BeautifulSoup(getattr(figures.html, kind)(FOUND[kind], language, figure_id="a"), "html.parser")


def rows(kind: str) -> list[dict[str, str]]:
    spec = getattr(figures, kind)(FOUND[kind], "ja").to_dict()
    return list(csv.DictReader(io.StringIO(table(spec))))


def test_titles_say_what_the_data_show():
    course = training_course({step: FOUND["training_course"][str(step)] for step in STEPS})
    first, last = (f"{value:.2f}" for value in course.bits_per_character[[0, -1]])
    assert f"4ステップの{first}ビット" in title("training_course") and f"{last}ビット" in title("training_course")
    assert title("training_ranks").startswith("最初に言い当てるのは「は」、「、」（32ステップ）")
    assert title("training_factors") == "2,048ステップの3個の因子のうち、3個は32ステップまでたどれる。"
    assert re.fullmatch("「.+」を支えるトークンは、4ステップの「.+」から、2,048ステップの「は」に移る。",
                        title("training_attribution"))
    still = {step: FOUND["training_course"]["4"] for step in ("4", "8")}
    assert "ほとんどよくならない" in title("training_course", still)
    assert title("training_ranks", still) == "どのチェックポイントも、実際のトークンを1位に置かない。"
    backwards = {"4": FOUND["training_course"]["2048"], "8": FOUND["training_course"]["4"]}
    assert f"4ステップで1文字あたり{last}ビット" in title("training_course", backwards)
    same = {step: FOUND["training_attribution"]["4"] for step in ("4", "8")}
    assert "4ステップでも8ステップでも" in title("training_attribution", same)


def test_a_stop_says_what_is_first_what_is_new_and_what_the_model_would_write():
    texts = [each.get_text() for each in drawn("training_ranks").select(".stop-said")]
    assert texts[0].startswith("4ステップ：") and "第一候補は、どこでも「、」。" in texts[0] and "0か所で" in texts[0]
    assert "4ステップから新たに1位になったのは「は」、「、」。" in texts[1]
    assert "から新たに" not in texts[0] and "1位でなくなった" not in "".join(texts)
    tracks = factor_tracks([FOUND["training_factors"][str(step)] for step in STEPS])
    said = [each.get_text() for each in drawn("training_factors").select(".stop-said")]
    assert "因子4、因子5、因子6には、32ステップに対応する因子がない" in said[0]
    assert "相関1〜1" in said[1] and len(tracks.unmatched(0)) == 3


@pytest.mark.parametrize("kind", training_words.KINDS[1:])
def test_without_a_script_every_checkpoint_is_there_to_be_read(kind):
    for language in LANGUAGES:
        soup = drawn(kind, language)
        stops = soup.select(".stop")
        assert [stop["data-stop"] for stop in stops] == list(map(str, STEPS))
        assert not [stop for stop in stops if stop.has_attr("hidden")]
        assert soup.select_one(".lm-steps").has_attr("hidden")
        assert len({stop.get_text() for stop in stops}) == len(STEPS)
        assert not re.search("[▁Ġ\ufffd]", soup.get_text())
    still = getattr(figures.html, kind)(FOUND[kind], "en", figure_id="a", interactive=False)
    alone = BeautifulSoup(still, "html.parser")
    assert not alone.select("script, .lm-steps") and len(alone.select(".stop")) == len(STEPS)


def test_a_factor_keeps_its_colour_from_checkpoint_to_checkpoint():
    stops = drawn("training_factors").select(".stop")
    shown = [{token["data-p"]: set(token["class"]) & {f"f{i}" for i in range(8)} for token in stop.select(".token")}
             for stop in stops]
    assert shown[1] == shown[2] == shown[3] != shown[0]


def test_first_choices_stand_below_their_tokens_escaped_and_those_that_are_right_are_marked():
    last = drawn("training_ranks").select(".stop")[-1]
    cells = last.select("tfoot td")
    ranks = FOUND["training_ranks"]["2048"].ranks[-1]
    assert [("right" in cell["class"]) for cell in cells] == (ranks == 1).tolist()
    assert "<b>の" in [cell.get_text() for cell in cells] and not last.select("tfoot b")


def test_the_rows_behind_the_charts_are_the_results_own_numbers():
    for row in rows("training_ranks"):
        found = FOUND["training_ranks"][row["training_step"]]
        assert int(row["rank"]) == found.ranks[int(row["layer"]), int(row["position"])]
    followed = {row["position"] for row in rows("training_course") if row["followed"] == "True"}
    targets = FOUND["training_attribution"]["2048"].target_positions
    assert len(followed) == 6 and set(map(int, followed)) <= set(targets.tolist())
    for row in rows("training_attribution")[::7]:
        found = FOUND["training_attribution"][row["training_step"]]
        at = found.target_positions.tolist().index(int(row["target"]))
        assert float(row["score"]) == pytest.approx(found.scores[at, int(row["position"])], abs=1e-5)
        assert abs(float(row["relative"])) <= 1
    strongest = [row for row in rows("training_factors") if row["strongest"] == "True"]
    assert len(strongest) == len({(row["training_step"], row["position"]) for row in strongest})
    assert {row["factor"] for row in strongest if row["training_step"] == "4"} == {"4", "5", "6"}


def test_step_zero_and_one_result_too_few():
    found = FOUND["training_course"]
    assert figures.training_course({"0": found["4"], "8": found["2048"]}, "en").to_dict()
    with pytest.raises(ValueError, match="two checkpoints"):
        figures.training_ranks({"4": found["4"]})
    with pytest.raises(ValueError, match="mapping of step to LensMeasures"):
        figures.describe("training_course", found["4"], "ja")
    assert np.isfinite(found["4"].log_probabilities[-1, 1:]).all()
