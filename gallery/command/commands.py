"""The commands themselves. Each returns the exit status: 0, 1 where entries failed; what must be mended raises."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gallery.command.speech import Mistake, Speech
from gallery.command.summing_up import tell_failures, tell_what_to_look_at
from gallery.engine.asked import asked_entries, asked_studies, everything_asked
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import Step, steps
from gallery.release.versions import Version
from gallery.validation import gallery_root, read_catalog
from gallery.validation.problems import did_you_mean, listed
from gallery.validation.schema import Catalog, CheckpointModel


def check(arguments: argparse.Namespace, speech: Speech) -> int:
    catalog = read_catalog(gallery_root())
    models = [model for model in catalog.models if not isinstance(model, CheckpointModel)]
    speech.say(
        "catalog_is_fine", prompts=len(catalog.prompts), models=len(models),
        comparisons=len(catalog.comparisons),
    )
    return 0


def build(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.engine import run
    from gallery.engine.cluster import ClusterUnusable

    root = gallery_root()
    catalog = read_catalog(root)
    _must_match(catalog, arguments.only, arguments.models, speech)
    if arguments.engine_config and arguments.engine != "parsl":
        raise Mistake(speech.of("config_without_engine"))
    try:
        summary = run.build(
            catalog, root, only=arguments.only, model_ids=arguments.models, tier=arguments.tier,
            device=arguments.device, jobs=arguments.jobs, threads=arguments.threads, engine=arguments.engine,
            engine_config=arguments.engine_config, say=speech.note,
        )
    except (run.DeviceUnusable, ClusterUnusable) as error:
        raise Mistake(error.wording[speech.language]) from None
    n_current = sum(step.state == "current" for step in summary.steps)
    n_built = sum(outcome.status == "built" for outcome in summary.outcomes)
    speech.say("built", built=n_built, current=n_current)
    _tell_missing(summary.steps, catalog, speech)
    if summary.stopped:
        speech.complain("stopped", why=summary.stopped)
        return 1
    tell_failures(summary, speech)
    if not arguments.no_site:
        _build_site(root, arguments.address, speech)
    tell_what_to_look_at(summary, speech)
    return 0 if summary.ok else 1


def site(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.release.versions import NoRelease, read_versions

    if arguments.versions is not None and not arguments.versions.is_dir():
        raise Mistake(speech.of("no_directory", directory=arguments.versions))
    try:
        versions = read_versions(arguments.versions) if arguments.versions is not None else []
    except NoRelease as error:
        raise Mistake(speech.of("no_release", path=error.path)) from None
    _build_site(gallery_root(), arguments.address, speech, versions)
    return 0


def status(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.command import standing
    from gallery.engine.choice import choose

    root = gallery_root()
    catalog = read_catalog(root)
    _must_match(catalog, arguments.only, (), speech)
    found = list(steps(choose(catalog, arguments.only, tier=arguments.tier), root, KnownFiles(root)))
    if arguments.json:
        speech.line(standing.as_json(found, root))
        return 0
    standing.tell(found, root, speech, tier=arguments.tier)
    _tell_missing(found, catalog, speech)
    return 0


def verify(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.command.verdicts import as_json, summarize, tell
    from gallery.engine.run import DeviceUnusable
    from gallery.verification.verify import verify as verify_results

    root = gallery_root()
    catalog = read_catalog(root)
    _must_match(catalog, arguments.GLOB, (), speech)
    try:
        report = verify_results(
            catalog, root, only=arguments.GLOB, device=arguments.device, jobs=arguments.jobs,
            threads=arguments.threads, repair=arguments.repair, say=speech.note,
            tell=lambda verdict: None if arguments.json else tell(verdict, speech),
        )
    except DeviceUnusable as error:
        raise Mistake(error.wording[speech.language]) from None
    if arguments.json:
        speech.line(as_json(report))
    else:
        summarize(report, speech)
    return 0 if report.ok else 1


def publish(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.engine.publish import publish as ship

    root = gallery_root()
    catalog = read_catalog(root)
    _must_match(catalog, arguments.only, (), speech)
    done = ship(catalog, root, only=arguments.only)
    if done.n_copied or done.n_removed or done.entries:
        speech.say("published", copied=done.n_copied, removed=done.n_removed)
    if done.entries:
        speech.say("published_entries", names=", ".join(done.entries))
    for name in done.unbuilt:
        speech.complain("not_publishable", entry=name)
    return 1 if not _freeze(catalog, root, arguments.only, speech) or done.unbuilt else 0


def _freeze(catalog: Catalog, root: Path, only: str | None, speech: Speech) -> bool:
    """Whether every figure that is built could be published."""
    from gallery.engine.choice import choose
    from gallery.pages.words import LANGUAGES, Words
    from gallery.permanence import Damaged
    from gallery.permanence.freezing import chosen_ids, freeze
    from gallery.site.drawing_ahead import draw_ahead
    from gallery.site.editions import open_edition

    words, chosen = Words(speech.language), chosen_ids(choose(catalog, only, with_studies=False))
    draw_ahead(root, lambda done, of: speech.line(words("build.drawing", done=done, of=of)), chosen)
    editions = {language: open_edition(root, language) for language in LANGUAGES}
    try:
        frozen = freeze(editions, root, chosen)
    except Damaged as error:
        raise Mistake(speech.of("published_damaged", path=error.path)) from None
    speech.say("figures_published", new=len(frozen.new), revised=len(frozen.revised), same=frozen.n_same)
    for figure_id in frozen.revised:
        speech.say("figure_revised", id=figure_id)
    for subject, kind, why in frozen.failed:
        speech.complain("figure_not_published", subject=subject, kind=kind, why=why)
    return not frozen.failed


def cite(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.command.citing import cite as say_citation

    return say_citation(arguments, speech)


def release(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.command.releasing import release as write_release

    return write_release(arguments, speech)


def export(arguments: argparse.Namespace, speech: Speech) -> int:
    """Figures as files where what is named is their ids, else the results of entries in one file."""
    from gallery.command import exporting

    if exporting.names_figures(arguments.WHAT):
        return exporting.export_figures(arguments, speech)
    exporting.refuse_figure_options(arguments, speech)
    return _export_results(arguments, speech)


def _export_results(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.command.exporting import write_results

    *globs, file = arguments.WHAT
    if len(globs) > 1:
        raise Mistake(speech.of("one_file", found=" ".join(arguments.WHAT)[:120]))
    root, path, only = gallery_root(), Path(file), next(iter(globs), None)
    catalog = read_catalog(root, look_at_models=False)
    _must_match(catalog, only, (), speech)
    done = write_results(catalog, root, path, speech, only=only)
    if done is None:
        return 1
    speech.say(
        "exported", path=path, entries=len(done.entries), results=done.n_results, size=f"{done.n_bytes / 1e6:.1f}",
        command=f"python build_gallery.py import {path.name}",
    )
    return 0


def import_(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.transfer import BadArchive, Differs, import_archive

    root, path = gallery_root(), Path(arguments.FILE)
    if not path.is_file():
        raise Mistake(speech.of("no_archive", path=path))
    catalog = read_catalog(root, look_at_models=False)
    try:
        done = import_archive(catalog, root, path, replace=arguments.replace, say=speech.note)
    except BadArchive as error:
        speech.note(error.wording)
        return 1
    except Differs as error:
        command = f"python build_gallery.py import {path} --replace"
        speech.complain("import_differs", n=len(error.entries), names=listed(error.entries, 8), command=command)
        return 1
    if done.replaced:
        speech.say("import_replaced", n=len(done.replaced), names=listed(done.replaced, 8))
    speech.say("imported", entries=len(done.entries), new=done.n_new, same=done.n_same)
    return 0


def add(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.adding.add import add as add_prompt

    return add_prompt(vars(arguments), gallery_root(), speech)


def serve(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.site.live.following import serve_and_follow
    from gallery.site.serve import serve as serve_site

    root = gallery_root()
    if arguments.no_watch:
        serve_site(root / "site", port=arguments.port, language=speech.language, say=speech.line)
    else:
        options = ["--address", arguments.address] if arguments.address else []
        serve_and_follow(root, port=arguments.port, language=speech.language, say=speech.line, options=options)
    return 0


def convert(arguments: argparse.Namespace, speech: Speech) -> int:
    directory = Path(arguments.DIRECTORY)
    if not directory.is_dir():
        raise Mistake(speech.of("no_directory", directory=directory))
    if not any(directory.glob("pytorch_model*.bin")):
        raise Mistake(speech.of("nothing_to_convert", directory=directory))
    from gallery.engine.failures import reason
    from lmviz.loading import LoadError
    from lmviz.loading.convert import convert as to_safetensors

    speech.say("converting", directory=directory)
    try:
        speech.say("converted", directory=to_safetensors(directory))
    except LoadError as error:
        speech.note(reason(str(error)))
        return 1
    return 0


def _build_site(root: Path, address: str | None, speech: Speech, versions: Sequence[Version] = ()) -> None:
    from gallery.site.build import build_site

    directory = build_site(root, address=address, language=speech.language, say=speech.line, versions=versions)
    speech.say("site_is_at", path=directory)


def _must_match(catalog: Catalog, only: str | None, model_ids: tuple[str, ...], speech: Speech) -> None:
    from gallery.engine.choice import choose

    known_models = [model.id for model in catalog.models]
    for name in model_ids:
        if name not in known_models:
            guess = did_you_mean(name, known_models)
            raise Mistake(speech.of("no_such_model", id=name, did_you_mean=guess, known=listed(known_models)))
    if next(everything_asked(choose(catalog, only, model_ids)), None) is None:
        names = [asked.id for asked in (*asked_entries(catalog), *asked_studies(catalog))]
        names += [f"compare/{comparison.id}/*" for comparison in catalog.comparisons]
        given = only or ", ".join(model_ids)
        guess = did_you_mean(given, [*names, *(prompt.id for prompt in catalog.prompts)])
        raise Mistake(speech.of("nothing_matches", glob=given, did_you_mean=guess, example=(names or ["–"])[0]))


def _tell_missing(found: list[Step], catalog: Catalog, speech: Speech) -> None:
    """Models that are not here: one line each, with the command that brings them."""
    missing = [step for step in found if step.state == "missing"]
    counts = Counter(step.missing_model for step in missing)
    if counts:
        speech.say("missing_models", n=len(missing))
    for model in catalog.models:
        if model.id in counts:
            first = next(step for step in missing if step.missing_model == model.id)
            source = model.hub or model.directory
            speech.say("missing_model", source=source, n=counts[model.id], command=first.cure or first.reason)
