"""Locks and comments on elements of drafts"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('draft_locks',
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False, comment='Empty: the whole file'),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_draft_locks_draft_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_draft_locks_person_id')),
    sa.PrimaryKeyConstraint('draft_id', 'path', 'element_id', name=op.f('pk_draft_locks'))
    )
    op.create_table('draft_comments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('element_id', sa.String(length=200), nullable=False, comment='Empty: the whole file'),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_draft_comments_draft_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_draft_comments_person_id')),
    sa.ForeignKeyConstraint(['settled_by'], ['people.id'], name=op.f('fk_draft_comments_settled_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_comments'))
    )
    with op.batch_alter_table('draft_comments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_comments_draft_id_at'), ['draft_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('draft_comments')
    op.drop_table('draft_locks')
