"""The catalog, read and checked: `models.yaml`, `tags.yaml`, `prompts/*.yaml`, `comparisons/*.yaml` and
`models.lock.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gallery.validation.comparisons import check_comparison, read_comparison
from gallery.validation.explain import check, found
from gallery.validation.models import check_model
from gallery.validation.nodes import File, Node
from gallery.validation.problems import CatalogProblems, words
from gallery.validation.prompts import check_prompt
from gallery.validation.root import inside
from gallery.validation.schema import Bilingual, Catalog, Comparison, FetchedModel, Model, Prompt
from gallery.validation.texts import Shape, check_fit, shape_of

CATALOG = "gallery/catalog"
LOCK = f"{CATALOG}/models.lock.yaml"
_STRAY = {"prompts": "not_a_prompt_file", "comparisons": "not_a_comparison_file"}


@dataclass
class _Placed:
    """A checked object, its node and its file."""

    item: Model | Prompt | Comparison
    node: Node
    file: File


def read_catalog(root: Path, *, look_at_models: bool = True) -> Catalog:
    """The catalog under ``root``, checked.

    Args:
        root: holds ``gallery/catalog``.
        look_at_models: also check what lies in the models' directories, and the texts with the tokenizers that are
            on this machine. Without it a gallery is published where the models are not.

    Raises:
        CatalogProblems: all that is to be mended, each with file, line and column.
    """
    root = Path(root)
    files: list[File] = []
    model_ids: set[str] = set()
    models = list(_read_models(root, files, look_at_models, model_ids))
    tag_ids: set[str] = set()
    tags = _read_tags(root, files, tag_ids)
    prompt_ids: set[str] = set()
    prompts = list(_read_prompts(root, files, model_ids, tag_ids, prompt_ids))
    comparisons = list(_read_comparisons(root, files, _by_id(model_ids, models), _by_id(prompt_ids, prompts)))
    _check_unique(models, "model")
    _check_unique(prompts, "prompt")
    _check_unique(comparisons, "comparison")
    if look_at_models:
        _check_texts(root, models, prompts)
    _read_lock(root, files)
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise CatalogProblems(problems)
    return Catalog(
        models=tuple(m.item for m in models), prompts=tuple(p.item for p in prompts),
        comparisons=tuple(c.item for c in comparisons), tags=tags,
    )


def read_lock(root: Path) -> dict[str, FetchedModel]:
    """What each hub model resolved to when it was fetched, by model id. Raises `CatalogProblems`."""
    files: list[File] = []
    lock = _read_lock(Path(root), files)
    if any(file.problems for file in files):
        raise CatalogProblems(problem for file in files for problem in file.problems)
    return lock


def _load(root: Path, name: str, files: list[File], *, required: bool = True) -> tuple[File, Node | None]:
    file = File(name)
    files.append(file)
    path = root / name
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


def _read_models(root: Path, files: list[File], look_at_files: bool, ids: set[str]) -> Iterator[_Placed]:
    file, node = _load(root, f"{CATALOG}/models.yaml", files)
    if node is None:
        return
    if not node.items:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_models"))
        return
    for item in node.items:
        ids.add(str(item.at("id").value))  # a model with another mistake is still one that prompts may name
        model = check(Model, file, item)
        if model is not None:
            check_model(model, file, item, root, look_at_files=look_at_files)
            yield _Placed(model, item, file)


def _read_tags(root: Path, files: list[File], ids: set[str]) -> dict[str, Bilingual]:
    file, node = _load(root, f"{CATALOG}/tags.yaml", files, required=False)
    if node is None:
        return {}
    if node.entries is None:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_tags"))
        return {}
    tags = {}
    for name, (key, value) in node.entries.items():
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", name):
            file.report(key, "not_an_id", found=name[:40])
        ids.add(name)
        names = check(Bilingual, file, value)
        if names is not None:
            tags[name] = names
    return tags


def _read_prompts(
    root: Path, files: list[File], model_ids: set[str], tag_ids: set[str], ids: set[str]
) -> Iterator[_Placed]:
    for stem, file, node in _read_directory(root, files, "prompts"):
        ids.add(str(node.at("id").value))
        prompt = check(Prompt, file, node)
        if prompt is not None:
            check_prompt(prompt, file, node, stem, model_ids, tag_ids)
            yield _Placed(prompt, node, file)


def _read_comparisons(
    root: Path, files: list[File], models: dict[str, Model | None], prompts: dict[str, Prompt | None]
) -> Iterator[_Placed]:
    for stem, file, node in _read_directory(root, files, "comparisons", required=False):
        comparison = read_comparison(file, node)
        if comparison is not None:
            check_comparison(comparison, file, node, stem, models, prompts)
            yield _Placed(comparison, node, file)


def _by_id(ids: set[str], placed: list[_Placed]) -> dict[str, Model | Prompt | None]:
    """What may be named, with what it is; None where it has mistakes of its own."""
    return {**dict.fromkeys(ids), **{one.item.id: one.item for one in placed}}


def _read_directory(
    root: Path, files: list[File], folder: str, *, required: bool = True
) -> Iterator[tuple[str, File, Node]]:
    """The YAML files of a folder of the catalog that can be read: name without suffix, file and root node."""
    directory = root / CATALOG / folder
    if not directory.is_dir():
        if required:
            file = File(f"{CATALOG}/{folder}")
            files.append(file)
            file.report(None, "directory_missing_in_catalog", path=str(directory))
        return
    for path in sorted(directory.iterdir()):
        name = f"{CATALOG}/{folder}/{path.name}"
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != ".yaml":
            file = File(name)
            files.append(file)
            file.report(None, _STRAY[folder], expected=f"{path.stem}.yaml")
            continue
        file, node = _load(root, name, files)
        if node is not None:
            yield path.stem, file, node


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


def _check_texts(root: Path, models: list[_Placed], prompts: list[_Placed]) -> None:
    shapes: list[Shape] = []
    for placed in models:
        directory = inside(root, placed.item.directory) if placed.item.directory else None
        if directory is None or not (directory / "config.json").is_file():
            continue
        try:
            shapes.append(shape_of(placed.item, directory))
        except ValueError as error:
            node = placed.node.at("directory")
            placed.file.report(node, "tokenizer_unreadable", model=placed.item.id, why=str(error))
    for placed in prompts:
        for shape in shapes:
            if placed.item.is_read_by(shape.model):
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
