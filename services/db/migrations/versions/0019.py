"""Lists of a party's cases are read in their order, however many there are"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

_BACKFILL = """
UPDATE case_access SET case_started_at = (SELECT started_at FROM cases WHERE cases.id = case_access.case_id)
"""


def upgrade() -> None:
    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.add_column(sa.Column('case_started_at', sa.DateTime(timezone=True), nullable=True, comment="The case's own, for lists in its order; None: written by a release before 0019"))
    op.execute(_BACKFILL)
    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.create_index('ix_case_access_newest', ['party_id', 'case_started_at', 'case_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.drop_index('ix_case_access_newest')
        batch_op.drop_column('case_started_at')
