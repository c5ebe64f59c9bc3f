"""Bundles: everything one procedure needs, closed, hashed and immutable."""

from workflows.bundles.ahead import Ahead, Answer, Place
from workflows.bundles.bundle import Bundle, Opened, open_bundle, open_fresh
from workflows.bundles.facts import Fact
from workflows.bundles.library import BundleError, Jurisdiction, Library, read_yaml

__all__ = [
    "Ahead",
    "Answer",
    "Bundle",
    "BundleError",
    "Fact",
    "Jurisdiction",
    "Library",
    "Opened",
    "Place",
    "open_bundle",
    "open_fresh",
    "read_yaml",
]
