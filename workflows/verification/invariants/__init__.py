"""Layer 4: the invariants of a regulation, on every path of a diagram and in every running case.

What happens on paths is read by monitors (``monitors``) along all ways through all levels; who, how
long and over what is read off lanes, limits, parameters, tables and loops. What depends on data
that no diagram tells is left for running cases, and listed.
"""

from workflows.verification.invariants.check import Coverage, check, coverage

__all__ = ["Coverage", "check", "coverage"]
