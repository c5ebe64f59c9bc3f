"""Jobs: claiming what is due and running it, exactly once where a case moves.

The table is the truth. A case's transition and the job's end are one transaction. What touches the
outside runs between two and may run again with the same key.
"""

from services.jobs.claiming import LEASE, Claim, claim
from services.jobs.failing import MAX_ATTEMPTS
from services.jobs.running import claim_next, run, run_due

__all__ = ["LEASE", "MAX_ATTEMPTS", "Claim", "claim", "claim_next", "run", "run_due"]
