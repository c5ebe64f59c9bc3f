"""Persistence: models, one aggregate a file, and how a database is opened."""
