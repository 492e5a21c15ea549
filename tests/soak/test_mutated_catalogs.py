"""A small share of what `make soak` does with mutated catalogs, and that it would notice."""

from __future__ import annotations

import pytest
from mutated_catalogs import Gallery, Outcome, soak, soak_by_hypothesis
from second_reading import why_invalid


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Gallery:
    return Gallery(tmp_path_factory.mktemp("soak") / "root")


@pytest.fixture(autouse=True)
def language(monkeypatch):
    for name in ("LC_ALL", "LMVIZ_GALLERY_ROOT"):
        monkeypatch.setenv(name, "")


def test_two_hundred_mutated_catalogs_end_as_they_must(gallery):
    statuses = soak(gallery, gallery.check_here, 200, seed=1)
    assert statuses[2] > 100 and statuses[0] > 5


def test_a_hundred_catalogs_of_hypothesis_end_as_they_must(gallery):
    statuses = soak_by_hypothesis(gallery, gallery.check_here, 100, seed=2)
    assert statuses[2] > 50 and statuses[0]


def test_the_command_ends_as_it_must(gallery):
    assert sum(soak(gallery, gallery.check_by_command, 4, seed=2).values()) == 4


@pytest.mark.parametrize(("outcome", "says"), [
    (Outcome(0, "", "", 6.0), "took 6.0 s"),
    (Outcome(1, "", "Traceback (most recent call last):", 0.1), "a traceback"),
    (Outcome(1, "", "", 0.1), "exit status 1"),
    (Outcome(2, "", "1 problem\n", 0.1), "was refused, but is valid"),
    (Outcome(2, "", "gallery/catalog/models.yaml: bad\n1 problem\n", 0.1), "no file, line and column"),
    (Outcome(2, "", "gallery/catalog/models.yaml:999:1: bad\n1 problem\n", 0.1), "no such place"),
    (Outcome(0, "", "", 0.1), "was let through"),
])
def test_what_must_not_happen_would_be_noticed(gallery, outcome, says):
    broken = {**gallery.original, "tags.yaml": b"culture: {ja: x}\n"}
    gallery.write(broken if says == "was let through" else gallery.original)
    assert any(says in complaint for complaint in gallery.complaints(outcome))


def test_both_readings_accept_the_catalog_as_it_was(gallery):
    gallery.write(gallery.original)
    assert gallery.check_here().status == 0 and why_invalid(gallery.root) is None
