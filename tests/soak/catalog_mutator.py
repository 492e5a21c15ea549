"""Catalogs made worse: bytes, types, keys and YAML's own traps, from a seed, so that a finding can be made again."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

Catalog = dict[str, bytes]
"""Files by their path from the catalog's directory."""

PIECES = [
    b"{", b"}", b"[", b"]", b": ", b"\n", b"\r\n", b"\r", b"  ", b"\t", b"&a ", b"*a", b"!!x ", b"!", b"'", b'"',
    b"\x00", b"\xff", b"\xc0\x80", b"- ", b"|", b">", b"|+\n", b"1e999", b"null", b"? ", b"<<: ", b"#", b"---\n",
    b"...\n", b"%", b"@", b"`", b",", "\u2028".encode(), "\u202e".encode(), "\ufeff".encode(), "\x85".encode(),
    "𠮷".encode(),
]
TEXTS = [
    "", " ", "\u3000", "\n", "a\nb", "tiny\n", "0", "null", "true", "~", "1e3", "0x10", "2024-01-01", "tinny",
    "Tiny", "ｔｉｎｙ", "tiny\u200b", "setsubun", "fuku", "oni", "culture", "talk", "..", "../tiny",
    "../../etc/passwd", "/etc/passwd", "models/../../x", "models/tiny/../tiny", "models\\tiny", "models/tiny\x00",
    "./models/tiny/", "models/out", "models/loop", "models", ".", "~root", "models/" + "x" * 300, "x/" * 500,
    "C:\\x", "file:///etc/passwd", "%2e%2e/x", "<script>alert(1)</script>", "{{7*7}}", "${x}", "{x}", "%s%n",
    "\x1b[31m", "\u202egnp", "か\u3099", "㍿", "👨‍👩‍👧‍👦", "\ufdfa" * 40, "e\u0301" * 50, "\ud7ff", "\ufffe",
    "\U0010ffff", "a" * 64, "a" * 301, "豆" * 1300, "豆をまく" * 6000, "http://[", "http://", "https://a b",
    "javascript:alert(1)", "https://x", "CC-BY-SA-4.0", "MIT", "word", "節分", "変わり", "鬼", "追い払う",
    "のである。", "lrp", "saliency", "contrast", "full", "bos", "eos", "bfloat16", "models", "prompts", "quoted",
    "a/b", "a/../b", "a" * 40, "year", "models/tiny/config.json", "models/tiny/model.safetensors",
    "next_year", "gallery/../gallery/catalog/reference.txt", "second", "away", "far-away-step-16", "training", "kanji",
    "kanjis", "step-000002", "step-000002/", "step-000002/../step-000008", "main", "0000-0002-1825-0097",
    "００００-０００２-１８２５-００９７", "0000-0002-1825-0097\n", "10.5281/zenodo.1234567", "10.5281/\u3042",
]
NUMBERS = [
    0, 1, 2, -1, 8, 33, 50, 51, 64, 65, 1024, 2019, 2020, 9999, 10**4, 2**31, 2**32, 2**63, 10**12, 10**17, 10**18,
    10**30, 10**5000, 0.0, -0.0, 0.5, 1.5, 1e300, 1e-300, 5e-324,
]
SCALARS = [
    "~", ".nan", ".inf", "-.INF", "1e999", "0x1F", "0o17", "012", "+3", "1_000", "12:30", "no", "yes", "TRUE", "=",
    "<<", "|", ">", "@x", "%x", "`x`", "!!int 3", "!!python/object/apply:os.system [x]", "*x", "&x y", "[]", "{}",
    "? x", "- x", "0x" + "f" * 400, "9" * 400, "'it''s'", '"\\x41\\u3042"', '"\\uD83C"', '"\\0"', "a: b: c",
]
ENCODINGS = [
    "utf-16", "utf-16-le", "utf-32", "shift_jis", "euc_jp", "utf-8-sig", "latin-1", "utf-7", "iso2022_jp",
]


def mutated(catalog: Catalog, generator: random.Random) -> Catalog:
    """A copy with one to three changes, each somewhere in one file."""
    made = dict(catalog)
    for _ in range(generator.choice([1, 1, 1, 2, 3])):
        name = generator.choice(sorted(made))
        change = generator.choices(list(CHANGES), list(CHANGES.values()))[0]
        change(made, name, generator)
    return made


def _bytes(catalog: Catalog, name: str, generator: random.Random) -> None:
    data = bytearray(catalog[name])
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(data) + 1)
        match generator.randrange(5):
            case 0:
                data[at:at] = generator.choice(PIECES)
            case 1:
                del data[at : at + generator.randint(1, 30)]
            case 2:
                data[at:at] = data[at : at + generator.randint(1, 60)]
            case 3:
                data[at : at + 1] = bytes([generator.randrange(256)])
            case 4:
                data[at:at] = generator.choice(TEXTS).encode("utf-8", "replace")
    catalog[name] = bytes(data)


def _scalar(catalog: Catalog, name: str, generator: random.Random) -> None:
    """The value of one ``key: value`` written otherwise, whatever YAML makes of it."""
    lines = catalog[name].split(b"\n")
    places = [i for i, line in enumerate(lines) if b": " in line]
    if places:
        i = generator.choice(places)
        key, _, _ = lines[i].partition(b": ")
        lines[i] = key + b": " + generator.choice(SCALARS).encode()
        catalog[name] = b"\n".join(lines)


def _structure(catalog: Catalog, name: str, generator: random.Random) -> None:
    """A value, a key or an item of the data changed, and the file written anew in some style."""
    tree = _read(catalog[name])
    places = list(_places(tree))
    if not places:
        return
    holder, key = generator.choice(places)
    match generator.randrange(6):
        case 0:
            holder[key] = any_value(generator)
        case 1:
            del holder[key]
        case 2 if isinstance(holder, dict):
            holder[generator.choice([*TEXTS, str(key)[:-1], str(key) + "s", str(key).upper()])] = holder.pop(key)
        case 3 if isinstance(holder, list):
            holder.extend(holder[key] for _ in range(generator.choice([1, 2, 200])))
        case 4:
            other, there = generator.choice(places)
            if there in other if isinstance(other, dict) else True:
                holder[key] = json.loads(json.dumps(other[there]))
        case _:
            holder[key] = generator.choice(TEXTS)
    catalog[name] = written(tree, generator.randrange(4))


def any_value(generator: random.Random, depth: int = 0) -> Any:
    """Any data: nested, huge, odd."""
    match generator.randrange(8 if depth < 4 else 4):
        case 0:
            return generator.choice(TEXTS)
        case 1:
            return generator.choice(NUMBERS)
        case 2:
            return generator.choice([None, True, False])
        case 3:
            return "".join(chr(generator.randrange(0x20, 0x2FA1F)) for _ in range(generator.randint(1, 20)))
        case 4 | 5:
            return [any_value(generator, depth + 1) for _ in range(generator.randint(0, 4))]
        case 6:
            keys = [generator.choice(TEXTS)[:80] for _ in range(generator.randint(0, 4))]
            return {key: any_value(generator, depth + 1) for key in keys}
        case _:
            value: Any = "x"
            for _ in range(generator.choice([5, 11, 12, 13, 60])):
                value = [value] if generator.random() < 0.5 else {"a": value}
            return value


def written(tree: Any, style: int) -> bytes:
    """``tree`` as YAML in one of four styles; half a surrogate pair comes out as a byte that is not UTF-8."""
    try:
        if style == 0:
            text = json.dumps(tree, ensure_ascii=False)
        elif style == 1:
            text = json.dumps(tree, indent=1)
        else:
            text = yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False,
                             default_flow_style=style == 3)
    except (ValueError, RecursionError, yaml.YAMLError):  # Python writes no number of more than 4,300 digits
        text = "9" * 5000
    return text.encode("utf-8", "surrogatepass")


def _traps(catalog: Catalog, name: str, generator: random.Random) -> None:
    """What YAML can do and the catalog must not: anchors, bombs, tags, merges, documents, directives, depth, length."""
    text = catalog[name]
    n = generator.choice([3, 30, 3000, 60_000])
    nines = [b",".join([b"*b%d" % i] * 9) for i in range(11)]
    bomb = b"".join(b"b%d: &b%d [%s]\n" % (i, i, inner) for i, inner in enumerate([b"lol", *nines]))
    first = text.split(b"\n")[0]
    traps = [
        bomb, text + bomb, bomb + text, text + b"\nx: *nobody\n", b"a: &a\n  b: *a\n", b"a: &a [*a]\n",
        text + b"\n<<: {id: other}\n", text + b"\n" + first + b"\n", text + b"\n---\n" + text, text + b"\n...\n" + text,
        b"%YAML 1.1\n---\n" + text, b"%YAML 9.9\n---\n" + text, b"%TAG ! tag:x,2000:\n---\n" + text,
        b"!!set " + text, b"!!python/object/apply:os.system [id]\n", text.replace(b": ", b": !x ", 1),
        text.replace(b": ", b": &x ", 1), text + b"x: " + b"[" * n + b"\n", text + b"x: " + b"[" * n + b"]" * n,
        text + b"x: " + b"{a: " * n, b"- " * n, b"? " * n, b"a: " * n, text + b"#" * n, text + b"\n" * n,
        text + b"x: '" + b"y" * n + b"'\n", text + b"x: [" + b"1, " * n + b"]\n", b"k%d: 1\n" % n * n,
        b"".join(b"k%d: 1\n" % i for i in range(n)), text.replace(b"[", b"[" + b"a, " * n, 1), b"- a\n" * n,
        text + b'x: "' + b"\\n" * n, b"\xef\xbb\xbf" + text, b"\xef\xbb\xbf" * 2 + text, text.replace(b"\n", b"\r\n"),
        text.replace(b"\n", b"\r"), text.replace(b"\n", "\x85".encode()), text.replace(b"  ", b"\t"), b"", b"\0" * n,
        b"#", b"---\n", b"null\n", b"[]\n", b"{}\n", b"x\n", b"- \n", b"? {a: b}\n: c\n", b"? [a]\n", b": \n", text * 2,
    ]
    catalog[name] = generator.choice(traps)


def _encoding(catalog: Catalog, name: str, generator: random.Random) -> None:
    text = catalog[name].decode("utf-8", "replace")
    catalog[name] = text.encode(generator.choice(ENCODINGS), "replace")


def _files(catalog: Catalog, name: str, generator: random.Random) -> None:
    """A file gone, called otherwise, standing twice, or in another's place."""
    match generator.randrange(4):
        case 0:
            del catalog[name]
            if not catalog:
                catalog["models.yaml"] = b""
        case 1:
            folder, _, _ = name.rpartition("/")
            stem = generator.choice(["x", "Oni", "oni", "節分", "a b", "a\nb", "-", "x.y", ".x", "x~", "\U0001f47f"])
            new = f"{stem}{generator.choice(['.yaml', '.yml', '.YAML', ''])}"
            catalog[f"{folder}/{new}" if folder else new] = catalog.pop(name)
        case 2:
            catalog[generator.choice(["prompts/x.yaml", "comparisons/x.yaml", "tags.yaml"])] = catalog[name]
        case 3:
            other = generator.choice(sorted(catalog))
            catalog[name], catalog[other] = catalog[other], catalog[name]


CHANGES: dict[Callable[[Catalog, str, random.Random], None], int] = {
    _structure: 10, _bytes: 6, _scalar: 4, _traps: 3, _encoding: 1, _files: 1,
}
"""Kinds of change, and how often each is made."""


class _Loader(yaml.CBaseLoader):
    """Plain numbers, booleans and null as such, so that a file with one is valid where it was; all else as text."""


for _tag, _form, _first, _value in (
    ("null", "null|", "n", lambda _: None), ("bool", "true|false", "tf", lambda text: text == "true"),
    ("int", "-?[0-9]+", "-0123456789", int), ("float", r"-?[0-9]+\.[0-9]+", "-0123456789", float),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_form})$"), [*_first, ""])
    _Loader.add_constructor(_tag, lambda _, node, value=_value: value(node.value))


def places_of(data: bytes) -> tuple[Any, list[tuple[Any, Any]]]:
    """A file's data and every place in it, as holder and key."""
    tree = _read(data)
    return tree, list(_places(tree))


def _read(data: bytes) -> Any:
    """The data of a file, None where it cannot be had. PyYAML composes deep nesting until the process dies."""
    depth = 0
    try:
        for event in yaml.parse(data, Loader=yaml.CBaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > 20:
                return None
        return yaml.load(data, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError):
        return None


def _places(tree: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys if depth < 20 else ():  # an alias may lead in circles
        yield tree, key
        yield from _places(tree[key], depth + 1)
