"""The command: exit statuses, both languages, one message for whatever goes wrong."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
from miniature import REPOSITORY

from gallery.command import commands, main

OURS = ("command", "engine", "store", "takeaway", "validation", "verification")

SETSUBUN = "gallery/catalog/prompts/setsubun.yaml"


def torch_sees_a_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture
def run(miniature, monkeypatch, capsys):
    """Runs the command on a miniature gallery: ``run("check")`` is (status, standard output, standard error)."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def run_in(*argv: str, root=miniature):
        monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(root))
        status = main(list(argv))
        spoken = capsys.readouterr()
        assert "Traceback" not in spoken.out + spoken.err
        return status, spoken.out, spoken.err

    return run_in


def test_check_is_0_or_2_with_file_and_line(run, miniature):
    assert run("check")[0] == 0
    path = miniature / SETSUBUN
    path.write_text(path.read_text(encoding="utf-8").replace("tags:", "tag:"), encoding="utf-8")
    status, _, error = run("check")
    assert status == 2
    assert f"{SETSUBUN}:11:1: unknown key tag. Did you mean tags?" in error
    for command in (["build", "--no-site"], ["status"]):
        assert run(*command)[0] == 2
    assert not (miniature / "build").exists()


def test_it_speaks_japanese_where_the_locale_does(run, monkeypatch):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "カタログに問題はありません" in run("check")[1]
    assert "使い方" in run("--help")[1]
    assert "もしかして「check」ですか" in run("chek")[2]
    monkeypatch.setenv("LC_ALL", "C")
    assert "The catalog is fine" in run("check")[1]


@pytest.mark.parametrize("command", [
    "check", "build", "site", "status", "verify", "serve", "add", "cite", "publish", "export", "import", "convert",
])
def test_every_command_has_help_with_an_example(run, command):
    status, out, _ = run(command, "--help")
    assert status == 0 and f"python build_gallery.py {command}" in out.split("example", 1)[1]


@pytest.mark.parametrize(("argv", "says"), [
    (["buld"], "Did you mean build?"), (["build", "--jobs", "none"], "--jobs"), (["build", "--job", "2"], "--job"),
    (["build", "--only", "setsubn"], "Did you mean setsubun?"), (["build", "--models", "tinny"], "Did you mean tiny?"),
    (["convert"], "DIRECTORY"), (["serve", "--port", "99999999"], "--port"), (["build", "--jobs", "0"], "1 to 65535"),
    (["build", "--job", "2"], "Did you mean --jobs?"), (["build", "--models", ""], "no name was given"),
    (["build", "--device", "tpu"], "cuda:0"), (["convert", "nowhere"], "no directory nowhere"),
    (["convert", "."], "nothing to convert"), (["build", "--only"], "needs a value"),
])
def test_mistakes_on_the_command_line_are_2_and_one_line(run, argv, says):
    status, out, error = run(*argv)
    assert status == 2 and says in error and error.count("\n") == 1 and not out


def test_a_build_says_what_was_built_what_failed_and_what_is_missing(run, built, in_process):
    (built / "build" / "entries" / "setsubun" / "broken.json").unlink()
    status, out, error = run("build", "--no-site", "--jobs", "1", root=built)
    assert status == 1
    assert "0 built now, 2 unchanged" in out
    assert "nobody/nothing-of-the-kind (1): python build_gallery.py build --only '*/away'" in out
    assert re.search(r"setsubun/broken: .*NaN", error)


def test_a_build_of_what_is_there_is_0(run, built):
    status, out, _ = run("build", "--no-site", "--only", "*/tiny", root=built)
    assert status == 0 and "0 built now, 2 unchanged" in out


def test_a_model_that_is_named_and_cannot_be_fetched_is_1(run):
    status, out, error = run("build", "--no-site", "--only", "setsubun/away")
    assert status == 1
    assert "nobody/nothing-of-the-kind could not be fetched" in error
    assert "Traceback" not in error


def test_status_says_what_would_be_done_and_why(run, built):
    path = built / SETSUBUN
    path.write_text(path.read_text(encoding="utf-8").replace("[鬼, 豆]", "[鬼]"), encoding="utf-8")
    status, out, _ = run("status", root=built)
    assert status == 0
    assert "Built: 1 of 4." in out
    assert "setsubun/tiny: Changed since it was computed: the options of figure watched_words (words)." in out
    assert "setsubun/broken: Changed since" in out
    assert "--only '*/away'" in out


def test_status_names_an_earlier_failure(run, built):
    assert re.search(r"setsubun/broken: It failed last time: .*NaN", run("status", root=built)[1])


def test_a_directory_that_cannot_be_written_is_one_line_and_loses_nothing(run, miniature):
    (miniature / "build").write_text("in the way", encoding="utf-8")
    status, _, error = run("build", "--no-site", "--only", "mame/tiny", "--jobs", "1")
    assert status == 1
    assert len([line for line in error.splitlines() if "Cannot write" in line]) == 1
    assert (miniature / "build").read_text(encoding="utf-8") == "in the way"


def test_an_interruption_is_130_and_a_surprise_is_1_without_a_traceback(run, miniature, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    def surprise(*arguments):
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(commands, "check", interrupt)
    assert run("check")[0] == 130
    monkeypatch.setattr(commands, "check", surprise)
    status, _, error = run("check")
    assert status == 1 and "ZeroDivisionError: of all things" in error and "last-error.txt" in error
    assert "surprise" in (miniature / "build" / "last-error.txt").read_text(encoding="utf-8")


def test_the_command_line_is_corrected_in_japanese_throughout(run, monkeypatch):
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    for argv in (["build", "--jobs", "0"], ["build", "x"], ["convert"], ["build", "--only"], ["build", "--device", "x"],
                 ["convert", "nowhere"]):
        error = run(*argv)[2]
        assert not re.search(r"\b(the|is|are|not|of|argument)\b", error), error


@pytest.mark.skipif(torch_sees_a_gpu(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_2_and_fails_no_entry(run, built):
    path = built / SETSUBUN
    path.write_text(path.read_text(encoding="utf-8").replace("[鬼, 豆]", "[鬼]"), encoding="utf-8")
    before = {file: file.read_bytes() for file in (built / "build" / "entries").rglob("*.json")}
    status, _, error = run("build", "--no-site", "--device", "cuda", "--only", "*/tiny", root=built)
    assert status == 2 and "The device cuda cannot be used" in error and error.count("\n") == 1
    assert {file: file.read_bytes() for file in before} == before


def test_a_package_that_is_not_installed_is_named(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "gallery.site.build", None)
    status, _, error = run("site")
    assert status == 1 and "gallery.site.build is not installed" in error


def test_the_script_itself_runs_and_leaves_heavy_libraries_alone(miniature):
    code = (
        "import runpy, sys; sys.argv = ['build_gallery.py', 'check']\n"
        "try: runpy.run_path('build_gallery.py', run_name='__main__')\n"
        "except SystemExit as leaving: print(leaving.code, {'torch', 'transformers', 'mkdocs'} & set(sys.modules))"
    )
    environment = {"LMVIZ_GALLERY_ROOT": str(miniature), "LANG": "C", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, env=environment)
    assert done.stdout.splitlines()[-1] == "0 set()", done.stderr


@pytest.mark.parametrize("room", OURS)
def test_the_tables_of_words_say_the_same_things_in_both_languages(room):
    table = tomllib.loads((REPOSITORY / "gallery" / room / "messages.toml").read_text(encoding="utf-8"))
    for key, wording in table.items():
        assert set(wording) == {"ja", "en"}, key
        places = {language: set(re.findall(r"(?<!{){(\w+)", text)) for language, text in wording.items()}
        assert places["ja"] == places["en"], key
        assert all(text.strip() or key in ("no_keys", "nothing_left") for text in wording.values()), key


@pytest.mark.parametrize("room", OURS)
def test_every_wording_is_used_and_every_wording_used_is_there(room):
    code = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "gallery" / room).glob("*.py"))
    table = tomllib.loads((REPOSITORY / "gallery" / room / "messages.toml").read_text(encoding="utf-8"))
    made = ("usage_", "about_", "examples_", "help_", "part_", "a_", "refused_", "verdict_", "differs_", "doing_")
    unused = [key for key in table if f'"{key}"' not in code and not key.startswith(made)]
    assert unused == []
    used = set(re.findall(r'(?:words|\.of|\.say|\.complain)\(\s*"(\w+)"', code))
    used |= set(re.findall(r'\.report\([^"]*?, "(\w+)"', code))
    assert used - set(table) == set()
