"""Layer 4: the invariants of a regulation, on every path of a diagram and in every running case."""
