"""`/f/ID/`: one figure alone at its permanent address, with its citation and its files."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.citation import cited
from gallery.pages.citing import Citing
from gallery.pages.data_table import table_page
from gallery.pages.edition import Edition
from gallery.pages.factor_studies import factors_address
from gallery.pages.figure_data import data
from gallery.pages.models import similarity_anchor
from gallery.pages.section import data_address, render, section, with_links
from gallery.pages.taking_away import embedded, take_away
from gallery.subjects import Compared, Figure, ModelStudy, Subject
from lmviz.figures.html.fragment import apart


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """A page and its files (SVG, CSV, JSON, Vega-Lite) a figure, three more of a receipt, the data that other pages
    wait with, a page for frames, and one of numbers that are too many to stand below the figure.

    Figures with the same id are the same figure.
    """
    written: set[str] = set()
    for subject, figure in edition.figures():
        shown = section(edition, subject, figure)
        if shown.drawing is None or figure.id in written:
            continue
        written.add(figure.id)
        url = f"f/{figure.id}/"
        title, address = shown.drawing.title, edition.permanent(figure.id)
        citing = Citing(
            edition, cited(edition, subject, figure, title), url=url, address=address,
            alternative=shown.drawing.alternative,
            is_based_on=tuple(dict.fromkeys(one.source.address for one in subject.prompts if one.source.address)),
        )
        taken = take_away(edition, subject, figure, shown.drawing)
        yield f"{url}index.md", edition.page(
            "figure.html", url=url, title=title, description=shown.drawing.caption, kind="figure", searched=False,
            hide=("toc",), html=render(edition, shown, url=url, level=1, context=True, whole=True), subject=subject,
            figure=figure, drawing=shown.drawing, taken=taken, onward=_onward(edition, subject, figure),
            head=citing.head(),
            picture=(edition.preview(figure.id), shown.drawing.alternative),
            **citing.context(),
        )
        yield from citing.files()
        yield from table_page(edition, url, title, shown.drawing.table, shown.drawing.n_cells, taken.source)
        yield f"{url}figure.svg", shown.drawing.svg
        yield f"{url}figure.csv", shown.drawing.csv
        yield f"{url}figure.json", shown.drawing.spec
        yield f"{url}data.json", data(edition, subject, figure, shown.drawing)
        live = apart(shown.drawing.html, "")[1]
        if live is not None:
            yield data_address(figure), live
        yield f"{url}embed/index.html", embedded(
            edition, f"{url}embed/", figure.kind, shown.drawing, title,
            with_links(shown.drawing.html, subject.models[0], f"{url}embed/"), taken.source)
        for name, content in shown.drawing.files.items():
            yield url + name, content


def _onward(edition: Edition, subject: Subject, figure: Figure) -> tuple[str, str]:
    """The page that the figure stands on, and what a link there says."""
    words = edition.words
    if isinstance(subject, ModelStudy):
        name = edition.text(subject.model.names)
        if figure.kind == "model_factors":
            return factors_address(subject.model), words("figure.factors", model=name)
        return f"{subject.page}#{similarity_anchor(subject)}", words("figure.model", model=name)
    if isinstance(subject, Compared):
        return subject.page, words("figure.comparison", title=edition.text(subject.comparison.titles))
    return f"{subject.page}#{figure.kind}", words(
        "figure.entry", prompt=edition.text(subject.prompt.titles), model=edition.text(subject.model.names))
