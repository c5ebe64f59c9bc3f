"""Work without a person waiting: the sweeper, and workers."""
