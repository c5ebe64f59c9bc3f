"""Keeping it running: calendar, jobs, incidents, suspensions, changed limits."""
