"""YAML read into nodes that know their line and column, with YAML 1.2 scalars and firm limits.

PyYAML gives the events; the scalars are resolved here after YAML 1.2's core schema, because PyYAML's own rules are
those of YAML 1.1 (``no`` as False, ``12:30`` as 750). Dates stay text. Aliases, tags, several documents and equal keys
are refused.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from gallery.messages import Wording
from gallery.validation.problems import Problem, words

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_PROBLEMS = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# Beside the control characters, those that turn the reading direction of what follows them on a page.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile(r"\s*[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass
class Node:
    """A scalar (``value``), a sequence (``items``) or a mapping (``entries``: key -> key's node and value's node)."""

    line: int
    column: int
    value: Any = None
    items: list[Node] | None = None
    entries: dict[str, tuple[Node, Node]] | None = None

    def plain(self) -> Any:
        """The data without positions; sequences become tuples, as the strict schema wants them."""
        if self.entries is not None:
            return {key: node.plain() for key, (_, node) in self.entries.items()}
        if self.items is not None:
            return tuple(node.plain() for node in self.items)
        return self.value

    def at(self, *path: str | int) -> Node:
        """The node furthest along ``path`` that is there."""
        node = self
        for step in path:
            if node.entries is not None and step in node.entries:
                node = node.entries[step][1]
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
        return node


@dataclass
class File:
    """One file of the catalog, or a text that it names, and the problems found in it."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    n_unsaid: int = 0
    rows: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether further problems are only counted, in ``n_unsaid``."""
        return len(self.problems) >= MAX_PROBLEMS

    def report(self, node: Node | None, key: str, /, **values: Any) -> None:
        if self.is_full:
            self.n_unsaid += 1
            return
        line, column = (node.line, node.column) if node else (1, 1)
        said = {name: _BREAKS.sub(" ", value) if isinstance(value, str) else value for name, value in values.items()}
        self.add(line, column, key, words(key, **said))

    def add(self, line: int, column: int, key: str, wording: Wording) -> None:
        if self.is_full:
            self.n_unsaid += 1
        else:
            if self.rows and line > len(self.rows):  # libyaml ends a last line that has no end
                line, column = len(self.rows), len(self.rows[-1]) + 1
            self.problems.append(Problem(self.name, line, column, key, wording))

    def all_problems(self) -> list[Problem]:
        """The problems, with how many more there are where they were too many to list."""
        if not self.n_unsaid:
            return self.problems
        last = max(self.problems)
        more = words("more_problems", n=self.n_unsaid, listed=len(self.problems))
        return [*self.problems, Problem(self.name, last.line, last.column, "more_problems", more)]

    def read(self, data: bytes) -> Node | None:
        """The root node, or None where the file cannot be read at all (the reason is in ``problems``)."""
        text = self.decode(data, MAX_BYTES)
        if text is None:
            return None
        try:
            return _Composer(self).compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            indentation = "".join(self.rows[line - 1 : line])[:column]
            if indentation.endswith("\t") and not indentation.strip():
                self.add(line, column, "tab", words("tab"))
            else:
                self.add(line, column, "not_yaml", words("not_yaml", why=" ".join((error.problem or "").split())))
        except yaml.YAMLError as error:
            self.add(1, 1, "not_yaml", words("not_yaml", why=" ".join(str(error).split())))
        return None

    def decode(self, data: bytes, limit: int) -> str | None:
        """The text, blanks in place of control characters, which are reported; None where it is none, or too long."""
        if len(data) > limit:
            self.report(None, "file_too_large", found=len(data), limit=limit)
            return None
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            before = _LINE_BREAK.split(data[: error.start].decode("utf-8", "replace"))
            self.add(len(before), len(before[-1]) + 1, "not_utf8", words("not_utf8", byte=f"{data[error.start]:02x}"))
            return None
        text = self._without_controls(text)
        self.rows = _LINE_BREAK.split(text)
        return text

    def _without_controls(self, text: str) -> str:
        """Blanks for control characters, which are reported: PyYAML would stop at some and count lines by others."""
        for found in _CONTROL.finditer(text):
            if found.group() != "\r":
                lines = _LINE_BREAK.split(text[: found.start()])
                self.add(len(lines), len(lines[-1]) + 1, "control_character", words(
                    "control_character", code=f"U+{ord(found.group()):04X}"))
                if self.is_full:
                    break
        return _CONTROL.sub(lambda found: "\r" if found.group() == "\r" else " ", text)


class _Composer:
    """Builds nodes from events with a stack of its own, so that no nesting can exhaust Python's."""

    def __init__(self, file: File):
        self.file = file
        self.root: Node | None = None
        self.stack: list[tuple[Node, list[Node | None]]] = []

    def compose(self, text: str) -> Node | None:
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self.file.report(_placed(event), "several_documents")
                    break
            elif isinstance(event, yaml.AliasEvent):
                self.file.report(_placed(event), "alias", name=event.anchor[:40])
                self.place(_placed(event))
            elif isinstance(event, yaml.ScalarEvent):
                self.place(self.scalar(event))
            elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                node = _placed(event)
                if event.tag:
                    self.file.report(node, "tag", tag=event.tag[:60])
                if isinstance(event, yaml.SequenceStartEvent):
                    node.items = []
                else:
                    node.entries = {}
                self.place(node)
                self.stack.append((node, []))
                if len(self.stack) > MAX_DEPTH:
                    self.file.report(node, "too_deep", limit=MAX_DEPTH)
                    return None
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                self.stack.pop()
        if self.root is None:
            self.file.report(None, "empty_file")
        return self.root

    def place(self, node: Node) -> None:
        if not self.stack:
            self.root = self.root or node
            return
        parent, waiting = self.stack[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif not waiting:
            if node.items is not None or node.entries is not None:
                self.file.report(node, "key_not_text")
            waiting.append(node)
        else:
            self.entry(parent, waiting.pop(), node)

    def entry(self, parent: Node, key: Node | None, value: Node) -> None:
        name = key.value if isinstance(key.value, str) else str(key.value)
        if name in parent.entries:
            first = parent.entries[name][0]
            self.file.report(key, "key_twice", key=name[:60], line=first.line)
        else:
            parent.entries[name] = (key, value)

    def scalar(self, event: yaml.ScalarEvent) -> Node:
        node = _placed(event)
        text = event.value
        if event.tag:
            self.file.report(node, "tag", tag=event.tag[:60])
        if found := _CONTROL.search(text):
            self.file.report(node, "control_character", code=f"U+{ord(found.group()):04X}")
            text = _CONTROL.sub(" ", text)
        is_key = bool(self.stack) and self.stack[-1][0].entries is not None and not self.stack[-1][1]
        node.value = text if event.style or is_key else self.resolve(text, node)
        return node

    def resolve(self, text: str, node: Node) -> Any:
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > 18:
                self.file.report(node, "number_too_large", found=text[:20])
                return 0
            return int(text, 0) if text[1:2] in ("o", "x") else int(text)
        if _FLOAT.fullmatch(text):
            number = math.inf if text[-1] in "fFnN" else float(text)
            if not math.isfinite(number):
                self.file.report(node, "not_finite", found=text[:20])
                return 0.0
            return number
        return text


def _placed(event: yaml.Event) -> Node:
    return Node(event.start_mark.line + 1, event.start_mark.column + 1)
