"""The engine's own words: why something is missing or has failed."""

from pathlib import Path

from gallery.messages import Messages

words = Messages(Path(__file__).with_name("messages.toml"))
