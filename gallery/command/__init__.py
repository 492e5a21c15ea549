"""The command: check, build, site, status, serve, convert. It speaks Japanese or English, after the locale."""

from gallery.command.main import main

__all__ = ["main"]
