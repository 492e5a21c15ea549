"""The workflow that publishes at GitHub Pages: its steps run as a runner would run them, with the tools of other hosts
replaced by stand-ins, and name only commands and files that there are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from miniature import REPOSITORY

from gallery.command.arguments import parse
from gallery.command.speech import Speech

WORKFLOW = REPOSITORY / ".github/workflows/publish.yml"
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  "gh release list"*) printf 'v1.0\\nv0.9\\n' ;;
  "gh release download v0.9"*) exit 1 ;;
  "gh release download --pattern results.zip") echo latest > results.zip ;;
  curl*) echo given > results.zip ;;
esac
"""


@pytest.fixture(scope="module")
def steps() -> list[dict]:
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    return job["steps"]


def run(steps: list[dict], folder: Path, results: str = "") -> list[str]:
    """Runs every shell step of a checkout in ``folder``; returns what was called."""
    tools, calls = folder / "tools", folder / "calls.txt"
    tools.mkdir()
    for name in ("python", "gh", "curl"):
        (tools / name).write_text(STAND_IN, encoding="utf-8")
        (tools / name).chmod(0o755)
    for step in steps:
        if "run" in step:
            assert "${{" not in step["run"]  # what others may write reaches the shell as data alone
            environment = {"PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls), "RESULTS": results}
            ran = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=folder,
                                 env=environment, capture_output=True, text=True, timeout=60)
            assert ran.returncode == 0, ran.stderr
    return calls.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("committed", "address", "expected"), [
    (True, "", "committed"), (False, "https://example.org/r.zip", "given"), (False, "", "latest"),
])
def test_results_come_from_the_repository_an_address_or_a_release(steps, tmp_path, committed, address, expected):
    if committed:
        (tmp_path / "results.zip").write_text("committed", encoding="utf-8")
    calls = run(steps, tmp_path, address)
    assert (tmp_path / "results.zip").read_text(encoding="utf-8").strip() == expected
    assert any(call.startswith("curl") and address in call for call in calls) == bool(address)
    ours = [call.split(maxsplit=2)[2] for call in calls if call.startswith("python build_gallery.py")]
    assert ours == ["check", "import results.zip", "site --versions releases"]
    for command in ours:
        parse(shlex.split(command), Speech("en"))


def test_files_that_steps_name_are_there_and_nothing_that_computes_is_installed(steps):
    said = WORKFLOW.read_text(encoding="utf-8")
    locks = set(re.findall(r"requirements-[\w]+\.lock", said))
    assert locks == {"requirements-site.lock"} and (REPOSITORY / "requirements-site.lock").is_file()
    pinned = (REPOSITORY / "requirements-site.lock").read_text(encoding="utf-8").lower()
    assert not re.search(r"^(torch|transformers|captum)==", pinned, re.MULTILINE)
    assert re.search(r'python-version: "3\.11"', said)
    uploaded = next(step for step in steps if "upload-pages-artifact" in step.get("uses", ""))
    assert uploaded["with"]["path"] == "site"


def test_actions_are_the_platforms_own_at_a_major_version_and_the_address_comes_from_pages(steps):
    used = [step["uses"] for step in steps if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)
    site = next(step for step in steps if "build_gallery.py site" in step.get("run", ""))
    pages = next(step for step in steps if step.get("uses", "").startswith("actions/configure-pages"))
    assert site["env"]["LMVIZ_SITE_URL"] == "${{ steps." + pages["id"] + ".outputs.base_url }}"
    content = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert content["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
