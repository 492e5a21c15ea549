"""What all results share: a kind, a schema version, the text they speak of, and a form that can be stored.

A result is taken apart into arrays and a JSON header (`parts`) and put together again (`from_parts`). The header holds
whatever is not an array; nothing is pickled.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from lmviz.tokens import TokenTable, VocabularyLabels

_CLASSES: dict[str, type[Result]] = {}
_NESTED = {"TokenTable": TokenTable, "VocabularyLabels": VocabularyLabels}


@dataclasses.dataclass(frozen=True)
class Result:
    """Base of all results. A subclass names its ``kind`` and its ``schema_version``.

    Attributes:
        tokens: the text the result speaks of.
        model: id or directory name of the model, for captions.
    """

    kind: ClassVar[str]
    schema_version: ClassVar[int]

    tokens: TokenTable
    model: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _CLASSES[cls.kind] = cls

    def parts(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays by dotted name, and a header of plain JSON values."""
        arrays: dict[str, np.ndarray] = {}
        header: dict[str, Any] = {"kind": self.kind, "schema_version": self.schema_version}
        _take_apart(self, "", arrays, header)
        return arrays, header

    @staticmethod
    def from_parts(arrays: dict[str, np.ndarray], header: dict[str, Any]) -> Result:
        """The result that `parts` took apart. Raises ``ValueError`` for an unknown kind or schema version."""
        cls = result_class(header["kind"])
        if header["schema_version"] != cls.schema_version:
            raise ValueError(
                f"this {cls.kind} result has schema version {header['schema_version']}, this lmviz reads "
                f"{cls.schema_version}; compute it again"
            )
        return _put_together(cls, "", arrays, header)

    def _repr_html_(self) -> str:
        from lmviz.figures import notebook

        return notebook.show(self)


def result_class(kind: str) -> type[Result]:
    """The class of results of ``kind``; raises ``ValueError`` with the known kinds."""
    try:
        return _CLASSES[kind]
    except KeyError:
        raise ValueError(f"no result is of kind {kind!r}; known: {', '.join(sorted(_CLASSES))}") from None


def _take_apart(value: Any, prefix: str, arrays: dict[str, np.ndarray], header: dict[str, Any]) -> None:
    for field in dataclasses.fields(value):
        name, item = prefix + field.name, getattr(value, field.name)
        if isinstance(item, np.ndarray):
            arrays[name] = item
        elif dataclasses.is_dataclass(item):
            _take_apart(item, name + ".", arrays, header)
        elif field.name == "raw_bytes":
            header[name] = [b.hex() for b in item]
        else:
            header[name] = item


def _put_together(cls: type, prefix: str, arrays: dict[str, np.ndarray], header: dict[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        name = prefix + field.name
        if name in arrays:
            values[field.name] = arrays[name]
        elif field.type in _NESTED:
            values[field.name] = _put_together(_NESTED[field.type], name + ".", arrays, header)
        elif field.name == "raw_bytes":
            values[field.name] = tuple(bytes.fromhex(b) for b in header[name])
        elif name in header or field.default is dataclasses.MISSING:
            values[field.name] = _tuples(header[name])
    return cls(**values)


def _tuples(item: Any) -> Any:
    return tuple(_tuples(i) for i in item) if isinstance(item, list) else item
