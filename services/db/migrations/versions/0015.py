"""A move of a case is proved: what it left as it was, and the audit entry that seals it"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_ADDED = [
    ('proof', sa.LargeBinary(), 'What it left as it was, before and after; None: of an older release'),
    ('rehearsed', sa.String(length=64), 'Hash of the standing that a rehearsal had come to, if there was one'),
    ('audit_seq', sa.Integer(), "Entry of the case's chain that seals it"),
    ('undone_seq', sa.Integer(), 'Entry that tells it was undone'),
]


def upgrade() -> None:
    for name, kind, comment in _ADDED:
        op.add_column('case_migrations', sa.Column(name, kind, nullable=True, comment=comment))


def downgrade() -> None:
    for name, _kind, _comment in reversed(_ADDED):
        op.drop_column('case_migrations', name)
