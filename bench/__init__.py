"""Measurements against the budgets, and the database servers that they and the tests start."""
