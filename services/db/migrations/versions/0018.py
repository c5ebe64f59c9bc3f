"""Heads of jurisdictions' chains that checkpoints list"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('anchored_jurisdictions',
    sa.Column('jurisdiction', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='Of the checkpoint'),
    sa.ForeignKeyConstraint(['jurisdiction'], ['jurisdiction_chains.jurisdiction'], name=op.f('fk_anchored_jurisdictions_jurisdiction')),
    sa.PrimaryKeyConstraint('jurisdiction', name=op.f('pk_anchored_jurisdictions'))
    )


def downgrade() -> None:
    op.drop_table('anchored_jurisdictions')
