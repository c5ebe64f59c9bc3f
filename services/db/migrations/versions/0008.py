"""When each worker last looked for due jobs"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sweeps',
    sa.Column('worker', sa.String(length=200), nullable=False, comment='host/process'),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('swept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('skew_seconds', sa.Integer(), nullable=False, comment="Host's clock ahead of the database's"),
    sa.PrimaryKeyConstraint('worker', name=op.f('pk_sweeps'))
    )


def downgrade() -> None:
    op.drop_table('sweeps')
