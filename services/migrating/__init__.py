"""Moving running cases to the version of their procedure that new cases start with (迁移)."""
