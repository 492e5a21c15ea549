"""What taking figures away says, in both languages."""

from pathlib import Path

from gallery.messages import Messages

words = Messages(Path(__file__).with_name("messages.toml"))
