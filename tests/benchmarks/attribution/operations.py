"""Floating-point operations that a method cannot do without, counted from the model's shape.

A product of matrices ``[a, b] @ [b, c]`` is ``2abc`` operations; all else (norms, non-linearities, softmax) counts as
none. A block has ``12 width^2`` weights; its attention has two products of ``length x width`` a position, and needs
half of them, as no position sees what follows. A backward pass needs gradients of inputs only, not of weights: as
much as a forward pass, twice for attention, where both factors vary.

One forward pass serves all targets, as the model is causal. A target's backward pass covers the positions before it.
"""

from __future__ import annotations

from model_directory import Shape


def needed(method: str, shape: Shape, n_steps: int) -> float | None:
    """Operations of a method for all new tokens, generation included; None for a method that is not counted here."""
    targets = range(shape.n_prompt, shape.n_prompt + shape.n_new)
    longest = targets[-1]
    if method == "feature_ablation":
        # Without a token, the text before it is as it was: only what follows is computed anew.
        passes = sum(_blocks(shape, longest - position, longest) for position in range(longest))
        rows = sum(target + 1 for target in targets)
        return _generation(shape) + passes + rows * _unembedding(shape)
    rows = {
        "saliency": 1, "input_x_gradient": 1, "integrated_gradients": n_steps, "gradient_shap": n_steps,
        "sequential_integrated_gradients": n_steps * longest,
    }.get(method)
    if rows is None:
        return None
    forward = rows * (_blocks(shape, longest, longest) + shape.n_new * _unembedding(shape))
    backward = rows * sum(_blocks(shape, target, target, backward=True) + _unembedding(shape) for target in targets)
    if method == "sequential_integrated_gradients":
        # Before the token whose embedding moves, nothing does; and it has no share in targets before it.
        forward = n_steps * sum(
            _blocks(shape, longest - moving, longest) + sum(target > moving for target in targets) * _unembedding(shape)
            for moving in range(longest)
        )
        backward = n_steps * sum(
            _blocks(shape, target - moving, target, backward=True) + _unembedding(shape)
            for target in targets for moving in range(target)
        )
    return _generation(shape) + forward + backward


def _blocks(shape: Shape, n_positions: int, length: int, *, backward: bool = False) -> float:
    """Of all blocks, for so many positions of a text of that length."""
    attention = 2 * shape.width * length * (2 if backward else 1)
    return shape.n_layers * n_positions * (2 * 12 * shape.width**2 + attention)


def _unembedding(shape: Shape) -> float:
    """Of one position."""
    return 2.0 * shape.width * shape.vocabulary_size


def _generation(shape: Shape) -> float:
    """Each position once, with what came before kept, and logits where a token is chosen."""
    length = shape.n_prompt + shape.n_new - 1
    return _blocks(shape, length, length) + shape.n_new * _unembedding(shape)
