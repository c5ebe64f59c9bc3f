"""Bundles: everything one procedure needs, closed, hashed and immutable."""

from workflows.bundles.ahead import Ahead, Answer, Place
from workflows.bundles.bundle import EXAMPLES, Bundle, Opened, examples_of, open_bundle, open_fresh
from workflows.bundles.closing import Wanted
from workflows.bundles.facts import Fact
from workflows.bundles.jurisdictions import BundleError, Jurisdiction, read_yaml
from workflows.bundles.library import Library
from workflows.bundles.parts import Parts, roles_named, take

__all__ = [
    "EXAMPLES",
    "Ahead",
    "Answer",
    "Bundle",
    "BundleError",
    "Fact",
    "Jurisdiction",
    "Library",
    "Opened",
    "Parts",
    "Place",
    "Wanted",
    "examples_of",
    "open_bundle",
    "open_fresh",
    "read_yaml",
    "roles_named",
    "take",
]
