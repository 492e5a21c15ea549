"""The catalog, read and checked: `models.yaml`, `tags.yaml`, `prompts/*.yaml` and `models.lock.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gallery.validation.explain import check, found
from gallery.validation.models import check_model
from gallery.validation.nodes import File, Node
from gallery.validation.problems import CatalogProblems, words
from gallery.validation.prompts import check_prompt
from gallery.validation.root import inside
from gallery.validation.schema import Bilingual, Catalog, FetchedModel, Model, Prompt
from gallery.validation.texts import Shape, check_fit, shape_of

CATALOG = "gallery/catalog"
LOCK = f"{CATALOG}/models.lock.yaml"


@dataclass
class _Placed:
    """A checked object, its node and its file."""

    item: Model | Prompt
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
    prompts = list(_read_prompts(root, files, model_ids, tag_ids))
    _check_unique(models, "model")
    _check_unique(prompts, "prompt")
    if look_at_models:
        _check_texts(root, models, prompts)
    _read_lock(root, files)
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise CatalogProblems(problems)
    return Catalog(models=tuple(m.item for m in models), prompts=tuple(p.item for p in prompts), tags=tags)


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


def _read_prompts(root: Path, files: list[File], model_ids: set[str], tag_ids: set[str]) -> Iterator[_Placed]:
    directory = root / CATALOG / "prompts"
    if not directory.is_dir():
        file = File(f"{CATALOG}/prompts")
        files.append(file)
        file.report(None, "directory_missing_in_catalog", path=str(directory))
        return
    for path in sorted(directory.iterdir()):
        name = f"{CATALOG}/prompts/{path.name}"
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != ".yaml":
            file = File(name)
            files.append(file)
            file.report(None, "not_a_prompt_file", expected=f"{path.stem}.yaml")
            continue
        file, node = _load(root, name, files)
        prompt = check(Prompt, file, node) if node is not None else None
        if prompt is not None:
            check_prompt(prompt, file, node, path.stem, model_ids, tag_ids)
            yield _Placed(prompt, node, file)


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
            if not placed.item.models or shape.model.id in placed.item.models:
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
