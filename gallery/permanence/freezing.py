"""Publishing figures: what stands on the site now goes into the archive, to stay there."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.asked import everything_asked
from gallery.pages.citation import cited
from gallery.pages.drawings import Drawing
from gallery.pages.edition import Edition
from gallery.pages.section import drawn_with
from gallery.pages.succession import facts
from gallery.pages.words import LANGUAGES
from gallery.permanence.archive import Archive
from gallery.permanence.numbers import same_numbers, sketch
from gallery.permanence.record import Published, Told
from gallery.subjects import FACTORS, Figure, Subject
from gallery.validation.schema import Catalog


@dataclass
class Frozen:
    """What `freeze` did.

    Attributes:
        new: ids that were published for the first time.
        revised: ids whose numbers are no longer those published: a further revision stands beside them.
        n_same: figures that were published before, as they are.
        failed: of figures that cannot be drawn: the subject, the kind and why.
    """

    new: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    n_same: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list)


def freeze(editions: Mapping[str, Edition], root: Path, chosen: Container[str]) -> Frozen:
    """Publishes the figures of what is chosen and built. What was published stays as it is.

    Args:
        editions: by language; all of `LANGUAGES`.
        root: of the gallery.
        chosen: ids of entries, pairs, comparisons and studies, see `chosen_ids`.

    Raises:
        gallery.permanence.archive.Damaged: a figure that was published cannot be read.
        gallery.store.files.CannotWrite: nothing can be written there.
    """
    done, archive = Frozen(), Archive(root)
    figures: dict[str, tuple[Subject, Figure]] = {}
    for subject, figure in editions[LANGUAGES[0]].figures():
        if subject.id in chosen:
            figures.setdefault(figure.id, (subject, figure))
    for subject, figure in figures.values():
        try:
            published = _published(editions, subject, figure)
        except Exception as error:
            done.failed.append((subject.id, figure.kind, f"{type(error).__name__}: {error}"))
            continue
        before = archive.get(figure.id, ())
        if before and same_numbers(before[-1].sketch, published.sketch):
            done.n_same += 1
        else:
            archive.add(published)
            (done.revised if before else done.new).append(figure.id)
    return done


def chosen_ids(chosen: Catalog) -> set[str]:
    """Of the entries, pairs, comparisons and studies that `gallery.engine.choice.choose` left."""
    return {asked.id for asked in everything_asked(chosen)} | {f"compare/{one.id}" for one in chosen.comparisons}


def _published(editions: Mapping[str, Edition], subject: Subject, figure: Figure) -> Published:
    drawn = {
        language: edition.drawings.draw(figure, edition.language, **drawn_with(edition, subject, figure))
        for language, edition in editions.items()
    }
    told = {language: _told(editions[language], subject, figure, drawing) for language, drawing in drawn.items()}
    first = editions[LANGUAGES[0]]
    results = {name: first.drawings.read(key) for name, key in figure.results.items() if name != FACTORS}
    return Published(figure.id, subject.id, figure.kind, facts(first, subject, figure), told,
                     drawn[LANGUAGES[0]].csv, sketch(results))


def _told(edition: Edition, subject: Subject, figure: Figure, drawing: Drawing) -> Told:
    return Told(edition.title(subject), drawing.caption, drawing.alternative, drawing.convention,
                cited(edition, subject, figure, drawing.title), drawing.svg)
