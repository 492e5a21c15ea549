"""Adding a prompt: what is written, what is refused, what is asked, and what is looked up."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import sentencepiece
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from miniature import EMBEDDED, REPOSITORY

from gallery.adding import add as adding
from gallery.adding import wikipedia
from gallery.adding.draft import Draft
from gallery.adding.tokenization import tokenizations
from gallery.command import main
from gallery.validation import read_catalog
from gallery.validation.nodes import File

PROMPTS = "gallery/catalog/prompts"
WORDS = ["--title-ja", "初雪", "--title-en", "First snow", "--about-ja", "季節の語: 続き", "--about-en", "after words"]
OWN = ["--id", "first-snow", *WORDS, "--source", "own", "--licence", "CC0-1.0", "--models", "tiny"]
TEXT = "窓を開けると、初雪が庭を"
ANY = st.text(alphabet=st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("-?:,[]{}#&*!|>'\"%@`.~= \n\t\\節0123456789eEx+_nultr\u3000\u2028\x85\ufeff"),
), min_size=1)


@pytest.fixture
def add(miniature, monkeypatch, capsys):
    """``add(*options)`` on a miniature gallery, with no terminal: status, standard output, standard error."""
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*options: str):
        status = main(["add", *options])
        spoken = capsys.readouterr()
        assert "Traceback" not in spoken.out + spoken.err
        return status, spoken.out, spoken.err

    return run


@pytest.fixture
def terminal(monkeypatch):
    """Answers typed at a terminal, in turn."""
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    return lambda *answers: monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in answers)))


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_whatever_is_written_is_read_back_as_it_was_typed(text):
    draft = Draft("a", text, text, text, text, text, "own", text, tags=(text,), watch=(text, "b"), continuation=text)
    file = File("draft.yaml")
    node = file.read(draft.yaml())
    assert {problem.key for problem in file.problems} <= {"control_character"}
    if not file.problems:
        assert json.loads(json.dumps(node.plain())) == draft.content()


def test_a_prompt_is_written_shown_as_tokens_and_followed_by_the_next_command(add, miniature):
    before = read_catalog(miniature)
    status, out, error = add(*OWN, "--text", TEXT, "--watch", "庭,雪", "--tags", "culture")
    assert status == 0 and not error
    path = miniature / PROMPTS / "first-snow.yaml"
    assert yaml.safe_load(path.read_bytes()) == {
        "id": "first-snow", "titles": {"ja": "初雪", "en": "First snow"},
        "about": {"ja": "季節の語: 続き", "en": "after words"}, "text": TEXT,
        "source": {"kind": "own", "licence": "CC0-1.0"}, "tags": ["culture"], "models": ["tiny"],
        "figures": {"watched_words": {"words": ["庭", "雪"]}},
    }
    assert len(read_catalog(miniature).prompts) == len(before.prompts) + 1
    assert out.splitlines()[-1].endswith("python build_gallery.py build --only 'first-snow/*'")
    assert [path.name for path in (miniature / PROMPTS).iterdir() if path.name.startswith(".")] == []
    status, _, error = add(*OWN, "--text", "ほかの文章")
    assert status == 2 and "first-snow is already the id" in error
    assert TEXT in path.read_text(encoding="utf-8")


def test_the_tokens_shown_are_sentencepiece_s_and_join_to_the_text(add, miniature):
    text = "魑魅が窓を𠮷"
    _, out, _ = add(*OWN, "--text", text, "--continuation", "開ける。")
    catalog = read_catalog(miniature)
    (shown,) = tokenizations(next(p for p in catalog.prompts if p.id == "first-snow"), catalog, miniature)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(EMBEDDED / "spiece.model"))
    n_tokens = len(pieces.encode(text)) + len(pieces.encode("開ける。"))
    assert abs(shown.n_tokens - n_tokens) <= 1  # the prefix space that only a beginning has
    assert "".join(piece for piece, _ in shown.pieces) == text + "開ける。"
    bytes_of = sum(n for piece, n in shown.pieces if piece == "𠮷")
    assert bytes_of == len("𠮷".encode()) and "𠮷(4)" in out
    assert f"tiny ({shown.n_tokens} tokens): " in out and not set("▁Ġ\ufffd") & set(out)


def test_a_model_that_is_not_here_is_said_not_to_be(add):
    out = add(*OWN[:-1], "tiny,away", "--text", TEXT)[1]
    assert "away: not on this machine" in out


def test_adding_imports_no_torch(miniature):
    code = (
        "import sys; from gallery.command import main; status = main(sys.argv[1:]); "
        "assert not {'torch', 'transformers'} & set(sys.modules); sys.exit(status)"
    )
    environment = {"LMVIZ_GALLERY_ROOT": str(miniature), "PATH": "", "LC_ALL": "C"}
    ran = subprocess.run([sys.executable, "-c", code, "add", *OWN, "--text", TEXT], env=environment, cwd=REPOSITORY,
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("change", "says"), [
    (["--id", "First Snow"], "is no id"), (["--id", "../outside"], "is no id"), (["--id", "gallery"], "site itself"),
    (["--models", "tinny"], "Did you mean tiny?"), (["--tags", "cultur"], "Did you mean culture?"),
    (["--text", "  "], "white space"), (["--text", "節分は豆をまく。" * 20], "context holds 64"),
    (["--licence", ""], "licence"), (["--title-en", ""], "titles.en"), (["--text", "a\x1b[31mb"], "U+001B"),
    (["--text", "a\u202eb"], "U+202E"), (["--watch", "庭,庭"], "listed twice"),
    (["--source", "quoted", "--article", "", "--address", "x"], "source.article"),
])
def test_what_check_would_refuse_is_refused_in_the_same_words_and_nothing_is_written(
    add, miniature, monkeypatch, capsys, change, says
):
    tried = []

    def remember(root, *, candidate):
        tried.append(candidate)
        return read_catalog(root, candidate=candidate)

    monkeypatch.setattr(adding, "read_catalog", remember)
    before = sorted(miniature.rglob("*"))
    status, out, error = add(*OWN, "--text", TEXT, *change)
    assert status == 2 and not out and says in error
    assert sorted(miniature.rglob("*")) == before
    *problems, last = error.splitlines()
    assert last.startswith("Nothing was written")
    ((name, data),) = tried
    if "/" not in name:
        (miniature / PROMPTS / f"{name}.yaml").write_bytes(data)
        assert main(["check"]) == 2
        assert capsys.readouterr().err.splitlines()[:-1] == problems


def test_without_a_terminal_what_is_missing_is_named(add):
    status, _, error = add("--id", "first-snow", "--source", "adapted", "--title-ja", "初雪")
    assert status == 2 and error.count("\n") == 1
    assert "--text/--text-file, --title-en, --about-ja, --about-en, --article, --address, --licence." in error


def test_at_a_terminal_what_is_missing_is_asked_for_until_it_is_there(add, miniature, terminal):
    terminal("first-snow", "", TEXT, "First snow", "続き", "what follows", "mine", "own", "")
    status, out, error = add("--title-ja", "初雪", "--models", "tiny")
    assert status == 0, error
    written = yaml.safe_load((miniature / PROMPTS / "first-snow.yaml").read_bytes())
    assert written["text"] == TEXT and written["source"] == {"kind": "own", "licence": "CC0-1.0"}
    terminal("x")
    assert add("--title-ja", "初雪")[0] == 2


def test_answers_that_are_refused_can_be_given_again_without_typing_them(add, miniature, terminal):
    terminal("Bad Id")
    _, _, error = add(*OWN[2:], "--text", "it's 'quoted'")
    command = error.splitlines()[-1].split("build_gallery.py ", 1)[1]
    again = shlex.split(command)
    again[again.index("--id") + 1] = "good"
    assert add(*again[1:])[0] == 0
    assert yaml.safe_load((miniature / PROMPTS / "good.yaml").read_bytes())["text"] == "it's 'quoted'"


def test_a_text_may_lie_in_a_file(add, miniature, tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeff窓を開けると、\r\n初雪が\n".encode())
    assert add(*OWN, "--text-file", str(path))[0] == 0
    assert yaml.safe_load((miniature / PROMPTS / "first-snow.yaml").read_bytes())["text"] == "窓を開けると、\n初雪が"
    path.write_bytes(b"\xff")
    for options, says in ((["--text-file", str(path)], "UTF-8"), (["--text-file", "nowhere"], "nowhere"),
                          (["--text-file", str(path), "--text", "x"], "not both")):
        status, _, error = add(*OWN, *options)
        assert status == 2 and says in error and error.count("\n") == 1
    assert "--text holds bytes" in add(*OWN, "--text", "\udcff")[2]


def test_a_file_that_comes_to_be_meanwhile_is_not_overwritten(add, miniature, monkeypatch):
    path = miniature / PROMPTS / "first-snow.yaml"
    monkeypatch.setattr(adding, "_show_tokens", lambda *rest: path.write_text("theirs", encoding="utf-8"))
    status, _, error = add(*OWN, "--text", TEXT)
    assert status == 2 and "already" in error and path.read_text(encoding="utf-8") == "theirs"


class Wiki(BaseHTTPRequestHandler):
    """Stands in for the MediaWiki API: one article, one that leads to it, an error, and answers that are none."""

    asked: list[tuple[str, dict]] = []

    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append((self.headers["User-Agent"], query))
        title = query["titles"]
        rights = {"url": "https://creativecommons.org/licenses/by-sa/4.0/deed.ja", "text": "CC BY-SA 4.0"}
        if title in ("節分", "立春の前日"):
            page = {"pageid": 1, "ns": 0, "title": "節分", "revisions": [{"revid": 102345678, "parentid": 1}],
                    "fullurl": "https://ja.wikipedia.org/wiki/%E7%AF%80%E5%88%86"}
        elif title == "だるま":
            page = {"title": "だるま", "revisions": [{"revid": 5}], "pageprops": {"disambiguation": ""},
                    "fullurl": "https://ja.wikipedia.org/wiki/%E3%81%A0%E3%82%8B%E3%81%BE"}
        elif title == "html":
            return self.answer(200, b"<html>not JSON</html>")
        elif title == "odd":
            page = {"title": "odd", "revisions": [{"revid": "<script>"}], "fullurl": "x"}
        elif title == "refused":
            return self.answer(200, json.dumps({"error": {"code": "maxlag", "info": "Waiting for \x1b[31m"}}).encode())
        elif title == "busy":
            return self.answer(429, b"")
        elif title == "moved":
            if "/moved" not in self.path:
                query = urlsplit(self.path).query.replace("titles=moved", "titles=節分")
                return self.answer(302, b"", f"/moved?{query}")
        elif title == "elsewhere":
            return self.answer(302, b"", "file:///etc/passwd")
        elif title == "large":
            return self.answer(200, b" " * (wikipedia.MAX_BYTES + 1))
        elif title == "silent":
            return time.sleep(1.5)
        else:
            page = {"ns": 0, "title": title, "missing": True}
        self.answer(200, json.dumps({"query": {"pages": [page], "rightsinfo": rights}}).encode())

    def answer(self, status, body, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", quote(location, safe="/?&=%:|"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def wiki(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wiki)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(wikipedia, "API", f"http://127.0.0.1:{server.server_port}/w/{{language}}/api.php")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Wiki.asked = []
    yield server
    server.shutdown()
    server.server_close()


def test_an_article_gives_title_address_revision_and_licence_and_no_sentence(add, miniature, wiki):
    status, _, error = add("--id", "first-snow", *WORDS, "--text", TEXT, "--source", "adapted", "--models", "tiny",
                           "--wikipedia", "立春の前日")
    assert status == 0, error
    source = yaml.safe_load((miniature / PROMPTS / "first-snow.yaml").read_bytes())["source"]
    assert source == {"kind": "adapted", "article": "節分", "address": "https://ja.wikipedia.org/wiki/節分",
                      "revision": 102345678, "licence": "CC-BY-SA-4.0"}
    assert "立春の前日 leads on to 節分" in error and "No sentence" in error
    ((agent, query),) = Wiki.asked
    assert agent.startswith("lmviz-gallery/") and not {"extracts", "parse"} & set(query["prop"].split("|"))
    assert "content" not in query["rvprop"]


def test_what_was_typed_goes_before_what_was_found(add, miniature, wiki):
    add("--id", "first-snow", *WORDS, "--text", TEXT, "--source", "adapted", "--models", "tiny",
        "--wikipedia", "節分", "--licence", "CC-BY-SA-3.0", "--revision", "7")
    source = yaml.safe_load((miniature / PROMPTS / "first-snow.yaml").read_bytes())["source"]
    assert source["licence"] == "CC-BY-SA-3.0" and source["revision"] == 7


@pytest.mark.parametrize(("title", "says"), [
    ("そのような記事はない", "has no article"), ("html", "cannot be understood"), ("odd", "cannot be understood"),
    ("refused", "Waiting for"), ("busy", "HTTP 429"), ("elsewhere", "HTTP 302"), ("large", "cannot be understood"),
    ("silent", "out of reach"), ("a|b", "cannot be the title"), ("  ", "cannot be the title"),
])
def test_whatever_the_network_answers_is_one_clear_message(add, miniature, wiki, monkeypatch, title, says):
    monkeypatch.setattr(wikipedia, "SECONDS", 0.5)
    status, out, error = add("--wikipedia", title)
    assert status == 2 and says in error and error.count("\n") == 1 and not out and "\x1b" not in error
    assert not (miniature / PROMPTS / "first-snow.yaml").exists()


def test_a_redirect_of_the_server_is_followed_and_a_disambiguation_is_told(wiki):
    assert wikipedia.look_up("en:moved").title == "節分"
    assert wikipedia.look_up("だるま").is_disambiguation


def test_without_a_network_it_says_so_and_what_to_do(add, wiki):
    wiki.shutdown()
    wiki.server_close()
    status, _, error = add("--wikipedia", "節分")
    assert status == 2 and "out of reach" in error and "--revision" in error and error.count("\n") == 1
