"""What passes between the pages and MkDocs: fences, formulas, policy, addresses."""

from __future__ import annotations

import base64
import hashlib

import markdown
import pytest
import yaml
from bs4 import BeautifulSoup

from gallery.pages.drawings import table
from gallery.pages.edition import relative
from gallery.pages.markdown import document, fragment
from gallery.site import fences, mathematics, policy


def through_markdown(source: str) -> str:
    fence = {"name": "fragment", "class": "fragment", "format": fences.fragment}
    return markdown.markdown(source, extensions=["pymdownx.superfences", "md_in_html"],
                             extension_configs={"pymdownx.superfences": {"custom_fences": [fence]}})


@pytest.mark.parametrize("html", [
    "<p>a\n`````````\n<b>b</b></p>",
    "<p>*not* _emphasis_ &amp; &lt;b&gt; [x](y)</p>\n\n    <p>indented</p>",
    "<script type=\"application/json\">{\"a\": \"`````````\\n#\"}</script>",
    "<pre>\ta\tb</pre>",
])
def test_a_fragment_comes_through_markdown_untouched(html):
    from html import unescape

    out = through_markdown(f"before\n\n{fragment(html)}\nafter")
    assert out.startswith("<p>before</p>") and out.endswith("<p>after</p>")
    inner = out.removeprefix("<p>before</p>").removesuffix("<p>after</p>").strip()
    if "<script" in html:
        assert inner == html.replace("`", "\\u0060")
    else:
        assert inner.replace("&#96;", "`").replace("&#9;", "\t") == html
        assert unescape(inner) == unescape(html)


def test_front_matter_holds_any_title():
    for title in ("yes", "12:30", "a: b # c", "😀\u2028\x7f", "---", '"', "'"):
        head = document({"title": title}, "<p></p>").split("---\n")[1]
        assert yaml.safe_load(head) == {"title": title}


def test_addresses_are_relative_to_the_page():
    assert relative("gallery/", "") == "gallery/"
    assert relative("", "a/b/") == "../../"
    assert relative("a/c/", "a/b/") == "../c/"
    assert relative("a/b/#x", "a/b/") == "#x"
    assert relative("f/id/figure.svg", "f/id/") == "figure.svg"
    assert relative("a/#x", "b/") == "../a/#x"


def test_inline_scripts_are_allowed_by_their_hash_and_data_is_not_a_script():
    code = "console.log('節分')"
    page = f'<html><head><meta charset="utf-8"><script>{code}</script><script type="application/json">{{}}</script>' \
           '<script src="x.js"></script></head></html>'
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert policy.policy(page).count("sha256-") == 1 and f"'sha256-{digest}'" in policy.policy(page)
    assert policy.protect(page).index("Content-Security-Policy") < policy.protect(page).index("<script")
    with pytest.raises(ValueError, match="charset"):
        policy.protect("<html></html>")


def test_formulas_become_mathml_and_a_broken_one_is_named():
    out = mathematics.to_mathml('<span class="arithmatex">\\(a &lt; b_1\\)</span>', "x.md")
    assert out.startswith("<math") and "<msub>" in out
    assert BeautifulSoup(out, "html.parser").mo.get_text() == "<"
    assert 'display="block"' in mathematics.to_mathml('<div class="arithmatex">\\[x\\]</div>', "x.md")
    for broken in (r"\frac{a", r"\sqrt", r"\nosuchthing{x}", "a_b_c"):
        with pytest.raises(ValueError, match=r"x\.md: this formula"):
            mathematics.to_mathml(rf'<span class="arithmatex">\({broken}\)</span>', "x.md")


def test_primes_stand_beside_their_letters_and_are_not_raised_twice():
    for latex, index in (("e'", ""), ("e'_i", "i"), ("e'_{i,d}", "i,d")):
        mathml = mathematics.to_mathml(rf'<span class="arithmatex">\({latex}\)</span>', "x.md")
        out = BeautifulSoup(mathml, "html.parser")
        prime = out.find(class_="prime")
        assert (prime.get_text(), prime.find_previous_sibling("mi").get_text()) == ("′", "e")
        assert not out.find(["msup", "msubsup"]) and out.get_text() == f"e′{index}"


def test_a_chart_s_largest_table_is_its_csv():
    rows = [{"a": 1, "b": 'x,"y"'}, {"a": 2, "c": 3}]
    spec = {"layer": [{"data": {"values": rows}}, {"data": {"values": [{"z": 1}]}}], "datasets": {"d": [{"q": 0}]}}
    assert table(spec) == 'a,b,c\r\n1,"x,""y""",\r\n2,,3\r\n'
