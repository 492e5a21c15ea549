"""`/how-it-was-built/`: what stands in this gallery, what is missing from it, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gallery.pages.costs import costs
from gallery.pages.edition import Edition
from gallery.pages.making import facts
from gallery.pages.section import lacking
from gallery.subjects import Entry, Figure


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    failed = [(subject, figure, why) for subject in (*edition.built, *edition.comparisons, *edition.studies)
              for figure in subject.figures for why in _failures(edition, figure)]
    yield "how-it-was-built/index.md", edition.page(
        "build_report.html", url="how-it-was-built/", title=edition.words("nav.report"), kind="report",
        description=edition.words("report.lead"), searched=False, hide=("toc",), failed=failed,
        counts=Counter(entry.status for entry in edition.entries), n_figures=sum(1 for _ in edition.figures()),
        groups=_groups(edition), made_with=_made_with(edition), **costs(edition),
        comparisons=[part for part in edition.comparisons if part.status != "built" or part.unbuilt],
        studies=[study for study in edition.studies if study.status != "built"],
    )


def _failures(edition: Edition, figure: Figure) -> Iterator[str]:
    """Why a figure is not there, or parts of it are not."""
    if figure.failure is not None:
        yield figure.failure[edition.language]
    for what, why in lacking(edition, figure):
        yield edition.words("section.lacking", what=what, why=why)


def _made_with(edition: Edition) -> list[tuple[list[tuple[str, str]], int]]:
    """The program, libraries and devices that computed what stands here, and how many entries, pairs and studies
    each; the most first."""
    names = ("code_version", "libraries", "device", "instructions")
    counts = Counter(tuple(facts(edition, {name: subject.provenance.get(name) for name in names}))
                     for subject in (*edition.built, *edition.comparisons, *edition.studies) if subject.provenance)
    return [(list(made), n) for made, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]


def _groups(edition: Edition) -> list[list[Entry]]:
    """Entries of one model with the same status for the same reason stand together, the built ones first."""
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in edition.entries:
        reason = entry.reason[edition.language] if entry.reason else ""
        groups.setdefault((entry.model.id, entry.status, reason), []).append(entry)
    order = ("built", "failed", "missing")
    return sorted(groups.values(), key=lambda group: order.index(group[0].status))
