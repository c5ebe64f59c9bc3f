"""What people do with a task besides deciding it, each act audited in the case's chain."""
