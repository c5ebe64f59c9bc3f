"""Official papers of a case: issued in its steps, read by those who may, rendered outside."""
