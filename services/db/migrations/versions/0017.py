"""Trials of drafts, and how their scenarios went"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('trials',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False, comment='Where its calendar begins'),
    sa.Column('steps', sa.LargeBinary(), nullable=False, comment='As in a scenario file'),
    sa.Column('version', sa.Integer(), nullable=False, comment='Counts the changes of its steps'),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_trials_draft_id')),
    sa.ForeignKeyConstraint(['opened_by'], ['people.id'], name=op.f('fk_trials_opened_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trials'))
    )
    with op.batch_alter_table('trials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trials_draft_id_opened_at'), ['draft_id', 'opened_at'], unique=False)

    op.create_table('scenario_runs',
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('played', sa.String(length=64), nullable=False, comment='Stands for all that was played'),
    sa.Column('is_passed', sa.Boolean(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=True, comment='The one that failed; none: the expectations'),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=False),
    sa.Column('covered', sa.LargeBinary(), nullable=False, comment='Nodes, flows, rows of tables'),
    sa.Column('played_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_scenario_runs_draft_id')),
    sa.PrimaryKeyConstraint('draft_id', 'path', name=op.f('pk_scenario_runs'))
    )


def downgrade() -> None:
    op.drop_table('scenario_runs')
    op.drop_table('trials')
