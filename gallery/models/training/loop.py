"""The training loop: steps, reports, held-out loss, checkpoints, and the end."""

from __future__ import annotations

import json
import math
import signal
import time
from collections.abc import Callable
from pathlib import Path

import torch

from gallery.models.training.checkpoints import export_model, read_checkpoint, save_checkpoint
from gallery.models.training.network import build_network, held_out_nats, training_loss
from gallery.models.training.optimizers import Optimizers
from gallery.models.training.preparation import prepare, read_held_out
from gallery.models.training.settings import Settings
from gallery.models.training.token_streams import Sampler, read_streams
from gallery.models.training.vocabulary import read_tokenizer

_REPORT_EVERY = 25


class Run:
    """A training run in its state directory, new or taken up where its last checkpoint left it.

    Attributes:
        step, seconds: steps done, and the time they took, over all stretches.
        stopping: set to True, by a signal for example, the run saves its state after the step in hand and returns.
    """

    def __init__(self, settings: Settings, state: Path, device: torch.device):
        self.settings, self._state, self._device = settings, state, device
        self._tokens = state / "tokens"
        _, self._end = read_tokenizer(settings.tokenizer, self._tokens)
        self.network = build_network(settings, settings.vocabulary, self._end).to(device).train()
        self._optimizers = Optimizers(self.network, settings)
        self._sampler = Sampler(read_streams(self._tokens), settings.context, settings.seed)
        for shares in (settings.weights, settings.final_weights):
            self._sampler.check(shares)
        self._held_out = read_held_out(state, settings)
        self.step, self.seconds, self.stopping = 0, 0.0, False
        if (state / "checkpoint.pt").is_file():
            self._restore(read_checkpoint(state / "checkpoint.pt", device))

    def _restore(self, content: dict) -> None:
        self.network.load_state_dict(content["network"])
        self._optimizers.restore(content["optimizers"])
        self._sampler.restore(content["positions"])
        self.step, self.seconds = content["step"], content["seconds"]
        torch.set_rng_state(content["random"].cpu())

    def save(self) -> None:
        save_checkpoint(self._state / "checkpoint.pt", {
            "network": self.network.state_dict(), "optimizers": self._optimizers.state(),
            "positions": self._sampler.positions(), "step": self.step, "seconds": self.seconds,
            "random": torch.get_rng_state(),
        })  # fmt: skip

    def bits_per_character(self) -> dict[str, float]:
        """Held-out bits a character of each source."""
        return {
            name: held_out_nats(self.network, held.documents, self._end) / math.log(2) / held.characters
            for name, held in self._held_out.items()
        }

    def train(self, output: Path, report: Callable[[str], None]) -> bool:
        """Trains to the end of the run, or until `stopping`; whether the end was reached."""
        saved = begun = time.monotonic()
        before = begun - self.seconds
        losses, since = [], self.step
        while (progress := self.settings.progress(self.step, self.seconds)) < 1:
            losses.append(self._take_step(progress))
            self.step += 1
            if self.step % _REPORT_EVERY == 0:
                speed = (self.step - since) * self._tokens_a_step / max(1e-9, time.monotonic() - begun)
                mean = float(torch.stack(losses).mean())
                report(f"step {self.step}, {100 * progress:.1f} %, loss {mean:.4f}, {speed:.0f} tokens/s")
                losses, since, begun = [], self.step, time.monotonic()
            if self.step % self.settings.evaluate_every == 0:
                self._measure(report)
                begun = time.monotonic()
            if self.step in self.settings.keep:
                export_model(self.network, self._tokens, output / f"step-{self.step:06d}")
            self.seconds = time.monotonic() - before
            if self.stopping or time.monotonic() - saved > 60 * self.settings.save_minutes:
                self.save()
                saved = time.monotonic()
            if self.stopping:
                report(f"stopped after step {self.step}; the same command goes on from here")
                return False
        self.save()
        if self.step % self.settings.evaluate_every:
            self._measure(report)
        export_model(self.network, self._tokens, output)
        return True

    @property
    def _tokens_a_step(self) -> int:
        return self.settings.batch * self.settings.context

    def _take_step(self, progress: float) -> torch.Tensor:
        rows = self._sampler.batch(self.step, self.settings.batch, self.settings.shares(progress))
        loss = training_loss(self.network, torch.from_numpy(rows).to(self._device))
        loss.backward()
        self._optimizers.step(self.settings.rate(self.step, progress))
        return loss.detach()

    def _measure(self, report: Callable[[str], None]) -> None:
        record = {
            "step": self.step, "tokens": self.step * self._tokens_a_step, "seconds": round(self.seconds),
            "bits_per_character": {name: round(bits, 4) for name, bits in self.bits_per_character().items()},
            "passes": {name: round(passes, 3) for name, passes in self._sampler.passes().items()},
        }  # fmt: skip
        with (self._state / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        held = ", ".join(f"{name} {bits:.3f}" for name, bits in record["bits_per_character"].items())
        report(f"step {self.step}, {record['tokens']} tokens, held-out bits a character: {held}")


def train(
    texts: Path, output: Path, state: Path, settings: Settings, device: torch.device, report: Callable[[str], None]
) -> bool:
    """Trains a model on the texts of a directory and writes it to ``output``; goes on with a run begun in ``state``.

    On one kind of machine, with one number of threads, a run bounded by steps gives the same weights whether or not it
    was stopped or killed in between. A run bounded by minutes does as many steps as the machine has time for.

    Returns:
        Whether the end was reached; False where a signal (SIGINT, SIGTERM) stopped the run, its state saved.

    Raises:
        ValueError: texts that cannot be used, or a state that was begun with other settings.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    state.mkdir(parents=True, exist_ok=True)
    if (state / "settings.json").is_file():
        settings.check_against(Settings.read(state / "settings.json"))
    prepare(texts, state, settings, report)
    settings.save(state / "settings.json")
    run = Run(settings, state, device)

    def stop(*_) -> None:
        run.stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return run.train(output, report)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
