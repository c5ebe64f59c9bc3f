"""Backups: one file with all rows and files, for either database; and what a restore must mend."""
