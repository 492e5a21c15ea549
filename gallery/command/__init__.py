"""The command: check, build, site, status, serve, publish, convert. It speaks Japanese or English, after the locale."""

from gallery.command.main import main

__all__ = ["main"]
