"""The catalog, read and checked: `models.yaml`, `tags.yaml`, `prompts/*.yaml`, `comparisons/*.yaml`,
`gallery.yaml`, `models.lock.yaml`, and the texts that models are studied over."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from gallery.validation.checkpoints import check_checkpoints, checkpoint_id, checkpoint_model, with_readers
from gallery.validation.comparisons import check_comparison, read_comparison
from gallery.validation.explain import check, found
from gallery.validation.imprint import read_imprint
from gallery.validation.models import check_model, check_similar
from gallery.validation.nodes import File, Node
from gallery.validation.problems import CatalogProblems, words
from gallery.validation.prompts import check_prompt
from gallery.validation.references import ReadText, check_passages, read_references, studied_with
from gallery.validation.root import inside
from gallery.validation.salvage import Checked, check_rest
from gallery.validation.schema import Bilingual, Catalog, Comparison, FetchedModel, Model, Prompt
from gallery.validation.texts import Shape, check_fit, shape_of

CATALOG = "gallery/catalog"
LOCK = f"{CATALOG}/models.lock.yaml"
_STRAY = {"prompts": "not_a_prompt_file", "comparisons": "not_a_comparison_file"}


@dataclass
class _Placed:
    """What came of a mapping, and its file."""

    checked: Checked
    file: File

    @property
    def item(self) -> Model | Prompt | Comparison:
        return self.checked.item

    @property
    def node(self) -> Node:
        return self.checked.node


def read_catalog(
    root: Path, *, look_at_models: bool = True, candidate: tuple[str, bytes] | None = None
) -> Catalog:
    """The catalog under ``root``, checked.

    Args:
        root: holds ``gallery/catalog``.
        look_at_models: also check what lies in the models' directories, and the texts with the tokenizers that are
            on this machine. Without it a gallery is published where the models are not.
        candidate: id and content of a prompt's file that is not there yet, read as if it were.

    Raises:
        CatalogProblems: all that is to be mended, each with file, line and column.
    """
    root = Path(root)
    files: list[File] = []
    models, model_ids = _read_models(root, files, look_at_models)
    studied = [(m.item, m.file, m.node) for m in models if "factors" not in m.checked.aside]
    references = read_references(root, studied, files)
    tags, tag_ids = _read_tags(root, files)
    prompt_ids: set[str] = set()
    prompts = list(_read_prompts(root, files, candidate, model_ids, tag_ids, prompt_ids))
    known_models = None if model_ids is None else _by_id(model_ids, models)
    comparisons = list(_read_comparisons(root, files, known_models, _by_id(prompt_ids, prompts)))
    named = [c.item for c in comparisons], [m.item for m in models]
    for placed in prompts:
        placed.checked = replace(placed.checked, item=with_readers(placed.item, *named))
    imprint = read_imprint(*_load(root, f"{CATALOG}/gallery.yaml", files, required=False), known_models,
                           _by_id(prompt_ids, prompts))
    _check_unique(models, "model")
    _check_unique(prompts, "prompt")
    _check_unique(comparisons, "comparison")
    if look_at_models:
        _check_texts(root, models, prompts, references)
    _read_lock(root, files)
    _raise_problems(files)
    return Catalog(
        models=tuple(m.item for m in models), prompts=tuple(p.item for p in prompts),
        comparisons=tuple(c.item for c in comparisons), tags=tags,
        references={name: read.text for name, read in references.items()}, imprint=imprint,
    )


def read_lock(root: Path) -> dict[str, FetchedModel]:
    """What each hub model resolved to when it was fetched, by model id. Raises `CatalogProblems`."""
    files: list[File] = []
    lock = _read_lock(Path(root), files)
    _raise_problems(files)
    return lock


def _raise_problems(files: list[File]) -> None:
    if problems := [problem for file in files for problem in file.all_problems()]:
        raise CatalogProblems(problems)


def _printable(name: str) -> str:
    """A file's name in one line, whatever it holds."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in name)


def _load(
    root: Path, name: str, files: list[File], *, required: bool = True, path: Path | None = None
) -> tuple[File, Node | None]:
    """Reads ``path``, by default the one of that name."""
    file = File(name)
    files.append(file)
    path = path or root / name
    try:
        if path.exists() and not path.is_file():
            file.report(None, "not_a_file")
            return file, None
        return file, file.read(path.read_bytes())
    except FileNotFoundError:
        if required:
            file.report(None, "file_missing", path=str(path))
    except OSError as error:
        file.report(None, "file_unreadable", why=error.strerror or str(error))
    return file, None


def _read_models(root: Path, files: list[File], look_at_files: bool) -> tuple[list[_Placed], set[str] | None]:
    """The models, and the ids that prompts may name, which one with other mistakes has too; None where one has none."""
    file, node = _load(root, f"{CATALOG}/models.yaml", files)
    if node is None:
        return [], None
    if not node.items:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_models"))
        return [], None
    models, checkpoints = [], []
    for item in node.items:
        checked = check_rest(Model, file, item)
        if checked.item is not None and not checked.aside & {"directory", "hub"}:
            check_model(checked.item, file, checked.node, root, look_at_files=look_at_files)
            models.append(_Placed(checked, file))
            checkpoints += _checkpoints(models[-1], root, look_at_files)
    ids = [_id_in(item) for item in node.items]
    known = None if None in ids else {*ids, *(one.item.id for one in checkpoints)}
    for placed in models:
        check_similar(placed.item, file, placed.node, known)
    return models + checkpoints, known


def _checkpoints(placed: _Placed, root: Path, look_at_files: bool) -> Iterator[_Placed]:
    """A model's checkpoints as models; each stands where its model names it."""
    model, file, node = placed.item, placed.file, placed.node
    sound = check_checkpoints(model, file, node, root, look_at_files=look_at_files)
    places = {checkpoint_id(model, one): node.at("checkpoints", i) for i, one in enumerate(model.checkpoints)}
    for one in sound:
        made = checkpoint_model(model, one)
        yield _Placed(Checked(made, places[made.id], placed.checked.aside), file)


def _id_in(node: Node) -> str | None:
    """What stands as a mapping's id, valid or not."""
    value = node.at("id").value
    return value if isinstance(value, str) and node.entries is not None else None


def _read_tags(root: Path, files: list[File]) -> tuple[dict[str, Bilingual], set[str] | None]:
    """The tags' names, and the tags that prompts may carry; None where the file cannot be read."""
    file, node = _load(root, f"{CATALOG}/tags.yaml", files, required=False)
    if node is None:
        return {}, None if file.problems else set()
    if node.entries is None:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_tags"))
        return {}, None
    tags = {}
    for name, (key, value) in node.entries.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
            file.report(key, "not_an_id", found=name[:40])
        names = check(Bilingual, file, value)
        if names is not None:
            tags[name] = names
    return tags, set(node.entries)


def _read_prompts(
    root: Path, files: list[File], candidate: tuple[str, bytes] | None, model_ids: set[str] | None,
    tag_ids: set[str] | None, ids: set[str],
) -> Iterator[_Placed]:
    """Adds to ``ids`` what comparisons may name."""
    for stem, file, node in chain(_read_directory(root, files, "prompts"), _read_candidate(files, candidate)):
        ids.add((node and _id_in(node)) or stem)
        if node is None:
            continue
        checked = check_rest(Prompt, file, node)
        if checked.item is not None:
            check_prompt(checked.item, file, checked.node, stem, model_ids, tag_ids)
            yield _Placed(checked, file)


def _read_comparisons(
    root: Path, files: list[File], models: dict[str, Model | None] | None, prompts: dict[str, Prompt | None]
) -> Iterator[_Placed]:
    for stem, file, node in _read_directory(root, files, "comparisons", required=False):
        checked = Checked(None, node) if node is None else read_comparison(file, node)
        if checked.item is not None:
            check_comparison(checked.item, file, checked.node, stem, models, prompts)
            yield _Placed(checked, file)


def _by_id(ids: set[str], placed: list[_Placed]) -> dict[str, Model | Prompt | None]:
    """What may be named, with what it is; None where it has mistakes of its own."""
    return {**dict.fromkeys(ids), **{one.item.id: one.item for one in placed if one.checked.sound}}


def _read_directory(
    root: Path, files: list[File], folder: str, *, required: bool = True
) -> Iterator[tuple[str, File, Node | None]]:
    """The YAML files of a folder of the catalog: name without suffix, file and root node, None where it has none."""
    directory = root / CATALOG / folder
    if not directory.is_dir():
        if required:
            file = File(f"{CATALOG}/{folder}")
            files.append(file)
            file.report(None, "directory_missing_in_catalog", path=str(directory))
        return
    for path in sorted(directory.iterdir()):
        name = f"{CATALOG}/{folder}/{_printable(path.name)}"
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != ".yaml":
            file = File(name)
            files.append(file)
            file.report(None, _STRAY[folder], expected=f"{_printable(path.stem)}.yaml")
            continue
        file, node = _load(root, name, files, path=path)
        yield path.stem, file, node


def _read_candidate(
    files: list[File], candidate: tuple[str, bytes] | None
) -> Iterator[tuple[str, File, Node | None]]:
    if candidate is not None:
        stem, data = candidate
        file = File(f"{CATALOG}/prompts/{stem}.yaml")
        files.append(file)
        yield stem, file, file.read(data)


def _check_unique(placed: list[_Placed], what: str) -> None:
    """Ids and former ids share one space of addresses."""
    seen: dict[str, tuple[_Placed, Node]] = {}
    for one in placed:
        own = [(one.item.id, one.node.at("id"))]
        own += zip(one.item.aliases, one.node.at("aliases").items or (), strict=True)
        for name, node in own:
            if name in seen:
                first, place = seen[name]
                one.file.report(
                    node, "id_twice", id=name, what=words(f"a_{what}"), where=f"{first.file.name}:{place.line}"
                )
            else:
                seen[name] = (one, node)


def _check_texts(
    root: Path, models: list[_Placed], prompts: list[_Placed], references: dict[str, ReadText]
) -> None:
    shapes: list[Shape] = []
    for placed in models:
        directory = inside(root, placed.item.directory) if placed.item.directory else None
        if directory is None or not placed.checked.sound or not os.path.isfile(directory / "config.json"):
            continue
        try:
            shapes.append(shape_of(placed.item, directory))
        except ValueError as error:
            node = placed.node.at("directory")
            placed.file.report(node, "tokenizer_unreadable", model=placed.item.id, why=str(error))
    by_id = {placed.item.id: placed.item for placed in models}
    for shape in shapes:
        for name in studied_with(shape.model, by_id):
            if name in references:
                check_passages(references[name], shape)
    for placed in prompts:
        for shape in shapes:
            if placed.checked.can_fit and placed.item.is_read_by(shape.model):
                check_fit(placed.item, placed.file, placed.node, shape)


def _read_lock(root: Path, files: list[File]) -> dict[str, FetchedModel]:
    file, node = _load(root, LOCK, files, required=False)
    if node is None:
        return {}
    if node.entries is None:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_mapping"))
        return {}
    checked = {name: check(FetchedModel, file, value) for name, (_, value) in node.entries.items()}
    return {name: fetched for name, fetched in checked.items() if fetched is not None}
