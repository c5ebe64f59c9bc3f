"""A case as a package that proves itself offline: gathered, packed, checked."""
