"""What an amendment of a regulation touches in a procedure."""

from workflows.verification.amendments.clauses import Amendment, between, of_clauses
from workflows.verification.amendments.touching import Touched, touched

__all__ = ["Amendment", "Touched", "between", "of_clauses", "touched"]
