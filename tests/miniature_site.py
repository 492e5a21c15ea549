"""The miniature gallery as a website, made once a session: one entry that works with one figure that failed and
one that lacks a part, both published before that, one entry that failed, one whose model is away, and a prompt whose
words try to break out of the page."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

from miniature import MAME

HOSTILE_TITLE = '<script>document.title="broken"</script>"豆"'
HOSTILE_ABOUT = "````````` と </script><img src=x onerror=alert(1)>"
LACKING = {"ja": "記憶域が足りません", "en": "there was too little memory"}
FAILURE = {"ja": "NMFが収束しませんでした", "en": "NMF did not converge"}


@cache
def make_site(compared_source: Path, directory: Path) -> Path:
    """Builds the site of a copy of ``compared_source`` under ``directory``; returns the copy, whose ``site`` it is."""
    from gallery.permanence.freezing import freeze
    from gallery.site.build import build_site
    from gallery.site.editions import open_edition

    root = Path(shutil.copytree(compared_source, directory / "root"))
    hostile = MAME.replace("{ja: 豆, en: Beans}", json.dumps({"ja": HOSTILE_TITLE, "en": HOSTILE_TITLE}))
    hostile = hostile.replace("{ja: 与えた続きを読みます。, en: A given continuation is read.}",
                              json.dumps({"ja": HOSTILE_ABOUT, "en": HOSTILE_ABOUT}))
    (root / "gallery/catalog/prompts/mame.yaml").write_text(hostile, encoding="utf-8")
    freeze({language: open_edition(root, language) for language in ("ja", "en")}, root, {"setsubun/tiny"})
    manifest = root / "build/entries/setsubun/tiny.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    for figure in content["figures"]:
        if figure["kind"] == "neuron_factors":
            figure["failure"] = FAILURE
        if figure["kind"] == "attribution":
            figure["incomplete"] = {"feature_ablation": LACKING}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    build_site(root, say=lambda line: None, address="")
    return root
