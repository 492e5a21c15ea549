"""What the command says to programs: one JSON object a line, with a steady event and the values behind the words."""

from __future__ import annotations

import json

import pytest
from miniature import make_miniature

from gallery.command import main

FIXED = ["time", "level", "event", "text"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    return make_miniature(tmp_path)


def spoken(capsys) -> tuple[list[dict], list[dict]]:
    """What was said on standard output and on standard error, each line as JSON."""
    captured = capsys.readouterr()
    return tuple([json.loads(line) for line in stream.splitlines()] for stream in (captured.out, captured.err))


def test_every_line_of_a_build_is_an_object_with_its_event_and_values(root, in_process, capsys):
    assert main(["build", "--only", "mame/tiny", "--no-site", "--device", "cpu", "--log-json"]) == 0
    out, err = spoken(capsys)
    assert all(list(line)[:4] == FIXED for line in (*out, *err))
    progress = next(line for line in err if line["event"] == "progress")
    assert progress["entry"] == "mame/tiny" and (progress["done"], progress["n"]) == (1, 1)
    assert 0 < progress["seconds"] < 600 and "mame/tiny" in progress["text"]
    built = next(line for line in out if line["event"] == "built")
    assert (built["built"], built["current"], built["level"]) == (1, 0, "info")
    assert [line["event"] for line in out][-3:] == ["look_at_page", "look_at_slowest", "look_at_report"]
    assert next(line for line in out if line["event"] == "look_at_page")["page"] == "mame/tiny"


def test_mistakes_are_objects_too(root, capsys):
    (root / "gallery/catalog/prompts/mame.yaml").write_text("id: other\n", encoding="utf-8")
    assert main(["check", "--log-json"]) == 2
    assert main(["build", "--engine", "slurm", "--log-json"]) == 2
    out, err = spoken(capsys)
    assert out == [] and {line["level"] for line in err} == {"error"}
    assert err[0]["event"] == "mistake" and "mame.yaml" in err[0]["text"]
    assert err[-1]["event"] == "usage_error" and "slurm" in err[-1]["text"]
