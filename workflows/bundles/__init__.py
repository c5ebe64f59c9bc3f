"""Bundles: everything one procedure needs, closed, hashed and immutable."""

from workflows.bundles.bundle import Bundle, Opened, open_bundle
from workflows.bundles.facts import Fact
from workflows.bundles.library import BundleError, Jurisdiction, Library, read_yaml

__all__ = [
    "Bundle",
    "BundleError",
    "Fact",
    "Jurisdiction",
    "Library",
    "Opened",
    "open_bundle",
    "read_yaml",
]
