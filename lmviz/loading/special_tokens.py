"""What a directory's JSON files say about special tokens, beside the tokenizer itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmviz.loading.checkpoint import read_json


@dataclass(frozen=True)
class AddedToken:
    """An entry added to a vocabulary after its training."""

    content: str
    special: bool


@dataclass(frozen=True)
class SpecialTokens:
    """Names of the special tokens, None where none is named, and the added tokens by id."""

    bos: str | None = None
    eos: str | None = None
    unk: str | None = None
    pad: str | None = None
    added: dict[int, AddedToken] = field(default_factory=dict)


def read_special_tokens(directory: Path) -> SpecialTokens:
    """From ``tokenizer_config.json``, ``special_tokens_map.json`` and ``added_tokens.json``; earlier ones prevail."""
    config = read_json(directory / "tokenizer_config.json") or {}
    by_role = {**(read_json(directory / "special_tokens_map.json") or {}), **config}
    roles = {role: _content(by_role.get(f"{role}_token")) for role in ("bos", "eos", "unk", "pad")}
    added = {
        int(token_id): AddedToken(content, content in roles.values())
        for content, token_id in (read_json(directory / "added_tokens.json") or {}).items()
    }
    for token_id, entry in (config.get("added_tokens_decoder") or {}).items():
        added[int(token_id)] = AddedToken(entry["content"], bool(entry.get("special")))
    return SpecialTokens(**roles, added=added)


def _content(value: Any) -> str | None:
    """Special tokens are named by a string, or by an object that describes one."""
    return value.get("content") if isinstance(value, dict) else value if isinstance(value, str) else None
