"""The workbench: lists of tasks and cases, narrowed, sorted, counted, saved and exported."""
