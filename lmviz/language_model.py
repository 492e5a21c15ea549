"""A causal language model, seen through the parts that lmviz reads."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lmviz.linear_parts import LinearNorm, without_bias
from lmviz.loading.architectures import Architecture
from lmviz.loading.checkpoint import digests
from lmviz.loading.errors import LoadError
from lmviz.loading.tokenizers import Tokenizer
from lmviz.recording import Recording, first_tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from lmviz.trace import Trace


class LanguageModel:
    """What `lmviz.load` returns.

    Attributes:
        name: directory name or hub id.
        directory: where the files are.
        revision: commit of a hub model, else None.
        tokenizer: see `lmviz.load_tokenizer`.
        network: the transformers model, in evaluation mode, no parameter requiring a gradient.
        architecture: where the parts are.
        down_projections: ``[layer]``, the modules that read feed-forward activations.
        n_layers, width, vocabulary_size, context_length: of the network; a config that states no context gets 2,048.
        device, dtype: of its weights.
        start: ``"none"``, ``"bos"`` or ``"eos"``; ``start_ids`` the ids put before every text.
        eos_ids: ids that end a generation.
    """

    def __init__(
        self, *, network: PreTrainedModel, architecture: Architecture, tokenizer: Tokenizer, name: str, directory: Path,
        revision: str | None, start: tuple[str, tuple[int, ...]], eos_ids: tuple[int, ...],
    ):
        self.network, self.architecture, self.tokenizer = network, architecture, tokenizer
        self.name, self.directory, self.revision = name, directory, revision
        self.start, self.start_ids = start
        self.eos_ids = eos_ids
        self._embedding = self._part("embedding", network, architecture.embedding)
        self._blocks = self._part("blocks", network, architecture.blocks)
        self._final_norm = self._part("final_norm", network, architecture.final_norm)
        if not isinstance(self._blocks, torch.nn.ModuleList) or len(self._blocks) == 0:
            raise LoadError(
                f"architecture: blocks is {architecture.blocks!r}, a {type(self._blocks).__name__} with "
                f"{len(list(self._blocks.children()))} children; expected the path of a list of blocks"
            )
        self.down_projections = [
            self._part("feed_forward", block, architecture.feed_forward) for block in self._blocks
        ]
        self._unembedding = network.get_output_embeddings()
        if self._unembedding is None:
            raise LoadError(f"{name} has no unembedding: it is not a causal language model")
        if not hasattr(self._embedding, "weight"):
            raise LoadError(f"architecture: embedding is {architecture.embedding!r}, which has no weight")
        is_float32 = self.dtype == torch.float32
        self._final_norm_float32 = self._final_norm if is_float32 else copy.deepcopy(self._final_norm).float()
        self._unembedding_float32 = self._unembedding if is_float32 else copy.deepcopy(self._unembedding).float()
        self.n_layers = len(self._blocks)
        self.width = int(self._embedding.weight.shape[1])
        self.vocabulary_size = int(self._unembedding.weight.shape[0])
        config = network.config.get_text_config()
        lengths = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions", "seq_length")]
        self.context_length = next((int(length) for length in lengths if length), 2048)

    def _part(self, part: str, root: torch.nn.Module, path: str) -> torch.nn.Module:
        try:
            return root.get_submodule(path)
        except AttributeError:
            raise LoadError(
                f"architecture: {part} is {path!r}, but {type(root).__name__} of {self.name} has no such module; it "
                f"has {', '.join(name for name, _ in root.named_children())}"
            ) from None

    @property
    def device(self) -> torch.device:
        return self._embedding.weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self._embedding.weight.dtype

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """All weights in use: the network's, and the float32 copies of its last norm and its unembedding."""
        for module in (self.network, self._final_norm_float32, self._unembedding_float32):
            yield from module.parameters()

    @cached_property
    def digests(self) -> dict[str, str]:
        """SHA-256 of ``weights`` and ``tokenizer``, over the files in `directory`."""
        return digests(self.directory)

    def unembed(self, hidden: torch.Tensor, final_norm: bool = True) -> torch.Tensor:
        """Float32 logits ``[..., vocabulary]`` of hidden states ``[..., width]``; differentiable.

        Norm and unembedding are computed in float32, with the bias, soft-capping or scaling that the architecture has
        (the logit lens: nostalgebraist 2020). ``final_norm=False`` leaves the norm out.
        """
        hidden = hidden.to(self.device, torch.float32)
        if final_norm:
            hidden = self._final_norm_float32(hidden)
        return self.architecture.after_unembedding(self._unembedding_float32(hidden), self.network.config)

    def feed_forward_writes(self, layer: int, activations: torch.Tensor) -> torch.Tensor:
        """What feed-forward activations ``[row, neuron]`` write into the residual stream, float32 ``[row, width]``.

        Only what is linear: the down-projection without its bias, and of a norm on the way (Gemma 2) all but its scale.
        """
        down = self.down_projections[layer]
        down = down if self.dtype == torch.float32 else copy.deepcopy(down).float()
        written = without_bias(down, activations.to(self.device, torch.float32))
        path = self.architecture.feed_forward_norm
        if path is None:
            return written
        norm = copy.deepcopy(self._part("feed_forward_norm", self._blocks[layer], path)).float()
        return LinearNorm.of(norm, self.width, self.device)(written)

    def direct_logits(self, directions: torch.Tensor) -> torch.Tensor:
        """Float32 logits ``[row, vocabulary]`` that directions of the residual stream ``[row, width]`` add at its end.

        What `unembed` does, as far as it is linear: of the final norm all but its scale, and the output matrix; no bias
        and no soft-capping.
        """
        norm = LinearNorm.of(self._final_norm_float32, self.width, self.device)
        return without_bias(self._unembedding_float32, norm(directions.to(self.device, torch.float32)))

    def embed(self, token_ids: Any) -> torch.Tensor:
        """Token embeddings ``[..., width]`` of ids ``[...]``, before positions, as the first block's input has them."""
        ids = torch.as_tensor(np.asarray(token_ids), dtype=torch.long, device=self.device)
        return self._embedding(ids)

    def hidden_from_embeddings(self, inputs_embeds: torch.Tensor) -> torch.Tensor:
        """The last block's output ``[batch, position, width]``, before the final norm, for such token embeddings.

        Differentiable with respect to ``inputs_embeds``; with `unembed` only the wanted rows need be turned to logits.
        """
        kept: list[torch.Tensor] = []
        hook = self._blocks[-1].register_forward_hook(lambda module, inputs, output: kept.append(first_tensor(output)))
        try:
            self.network.base_model(inputs_embeds=inputs_embeds.to(self.device, self.dtype), use_cache=False)
        finally:
            hook.remove()
        return kept[0]

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """Within it, a forward pass of one sequence is recorded."""
        record = Recording(self.n_layers)
        hooks = record.attach(self._embedding, self._blocks, self.down_projections)
        try:
            yield record
        finally:
            for hook in hooks:
                hook.remove()

    def trace(
        self, prompt: str, *, max_new_tokens: int = 0, do_sample: bool = False, temperature: float = 1.0,
        top_k: int | None = None, top_p: float | None = None, seed: int = 0, continuation: str | None = None,
    ) -> Trace:
        """Reads ``prompt``, generates or reads what follows, and records one forward pass over the whole.

        Args:
            prompt: the text, as the curator wrote it.
            max_new_tokens: how many tokens to generate at most; an end-of-sequence token ends it and is kept.
            do_sample: sample instead of taking the most probable token (ties to the lowest id).
            temperature, top_k, top_p: of the sampling: logits are divided by the temperature, then the ``top_k`` most
                probable are kept, then the fewest of these that hold ``top_p`` of the probability.
            seed: of NumPy's PCG64, from which one number is drawn a token, on the CPU.
            continuation: a text to read after the prompt instead of generating.

        Raises:
            ValueError: an empty prompt, a text longer than the context, settings that contradict each other.
        """
        from lmviz.generation import Generation
        from lmviz.trace import trace

        settings = Generation(max_new_tokens, do_sample, temperature, top_k, top_p, seed, continuation)
        return trace(self, prompt, settings)

    def __repr__(self) -> str:
        return (
            f"LanguageModel({self.name!r}, {self.n_layers} layers, width {self.width}, vocabulary "
            f"{self.vocabulary_size}, {str(self.dtype).removeprefix('torch.')} on {self.device}, start {self.start!r})"
        )
