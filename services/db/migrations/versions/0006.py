"""Checkpoints of the audit chains and the heads they list"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checkpoints',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('record', sa.LargeBinary(), nullable=False),
    sa.Column('record_sha256', sa.String(length=64), nullable=False),
    sa.Column('anchored_at', sa.DateTime(timezone=True), nullable=True, comment='Known to be kept outside'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_checkpoints'))
    )
    op.create_table('anchored_heads',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='Of the checkpoint'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_anchored_heads_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_anchored_heads'))
    )


def downgrade() -> None:
    op.drop_table('anchored_heads')
    op.drop_table('checkpoints')
