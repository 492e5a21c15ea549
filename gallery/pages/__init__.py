"""Every page of the gallery, written from the catalog, the manifests and the store. Nothing here runs a model."""

from gallery.pages.generate import generate

__all__ = ["generate"]
