"""Suspensions, changed limits, skipped jobs and retries"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KINDS = ('timer', 'service', 'mail', 'message')


def _admit(kinds) -> None:
    """Let jobs be of these kinds. SQLite does not know its checks: the table is made anew."""
    check = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('jobs', schema=None, recreate='always') as batch_op:
            batch_op.create_check_constraint(batch_op.f('ck_jobs_kind'), check)
        return
    op.drop_constraint(op.f('ck_jobs_kind'), 'jobs', type_='check')
    op.create_check_constraint(op.f('ck_jobs_kind'), 'jobs', check)


def upgrade() -> None:
    op.create_table('job_failures',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_failures'))
    )
    with op.batch_alter_table('job_failures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_failures_job_id_at'), ['job_id', 'at'], unique=False)

    op.create_table('retry_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('incidents', sa.LargeBinary(), nullable=False, comment='Ids, in order'),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False, comment='Of the first so many it is decided'),
    sa.Column('retried', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_retry_runs_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retry_runs'))
    )
    op.create_table('suspensions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('procedure_id', sa.String(length=64), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False, comment='For officials'),
    sa.Column('public_reason', sa.Text(), nullable=False, comment='For applicants and the public'),
    sa.Column('suspended_by', sa.Uuid(), nullable=False),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resumed_by', sa.Uuid(), nullable=True),
    sa.Column('resumed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resume_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_suspensions_case_id')),
    sa.ForeignKeyConstraint(['procedure_id'], ['procedures.id'], name=op.f('fk_suspensions_procedure_id')),
    sa.ForeignKeyConstraint(['resumed_by'], ['people.id'], name=op.f('fk_suspensions_resumed_by')),
    sa.ForeignKeyConstraint(['suspended_by'], ['people.id'], name=op.f('fk_suspensions_suspended_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions'))
    )
    with op.batch_alter_table('suspensions', schema=None) as batch_op:
        batch_op.create_index('uq_suspensions_case_id_running', ['case_id'], unique=True, postgresql_where=sa.text('resumed_at IS NULL'), sqlite_where=sa.text('resumed_at IS NULL'))
        batch_op.create_index('uq_suspensions_procedure_id_running', ['procedure_id'], unique=True, postgresql_where=sa.text('resumed_at IS NULL'), sqlite_where=sa.text('resumed_at IS NULL'))

    op.create_table('limit_changes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('deadline_id', sa.Uuid(), nullable=False),
    sa.Column('node_id', sa.String(length=64), nullable=False),
    sa.Column('old_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('new_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_approved', sa.Boolean(), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_limit_changes_case_id')),
    sa.ForeignKeyConstraint(['deadline_id'], ['deadlines.id'], name=op.f('fk_limit_changes_deadline_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people.id'], name=op.f('fk_limit_changes_decided_by')),
    sa.ForeignKeyConstraint(['proposed_by'], ['people.id'], name=op.f('fk_limit_changes_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_limit_changes'))
    )
    with op.batch_alter_table('limit_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_limit_changes_case_id'), ['case_id'], unique=False)
        batch_op.create_index('uq_limit_changes_deadline_id_open', ['deadline_id'], unique=True, postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True, comment='It stands still since (中止)'))

    with op.batch_alter_table('incidents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('resolution', sa.String(length=16), nullable=True, comment='retried or skipped'))
        batch_op.add_column(sa.Column('resolved_by', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('resolution_reason', sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_incidents_resolved_by'), 'people', ['resolved_by'], ['id'])

    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('forgiven', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='Attempts before a person had it tried anew'))
        batch_op.add_column(sa.Column('skipped_at', sa.DateTime(timezone=True), nullable=True, comment="Given up by a person's decision"))

    _admit((*KINDS, 'retries'))


def downgrade() -> None:
    op.execute("DELETE FROM jobs WHERE kind = 'retries'")
    _admit(KINDS)
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_column('skipped_at')
        batch_op.drop_column('forgiven')

    with op.batch_alter_table('incidents', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_incidents_resolved_by'), type_='foreignkey')
        batch_op.drop_column('resolution_reason')
        batch_op.drop_column('resolved_by')
        batch_op.drop_column('resolution')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('suspended_at')

    with op.batch_alter_table('limit_changes', schema=None) as batch_op:
        batch_op.drop_index('uq_limit_changes_deadline_id_open', postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_limit_changes_case_id'))

    op.drop_table('limit_changes')
    with op.batch_alter_table('suspensions', schema=None) as batch_op:
        batch_op.drop_index('uq_suspensions_procedure_id_running', postgresql_where=sa.text('resumed_at IS NULL'), sqlite_where=sa.text('resumed_at IS NULL'))
        batch_op.drop_index('uq_suspensions_case_id_running', postgresql_where=sa.text('resumed_at IS NULL'), sqlite_where=sa.text('resumed_at IS NULL'))

    op.drop_table('suspensions')
    op.drop_table('retry_runs')
    with op.batch_alter_table('job_failures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_failures_job_id_at'))

    op.drop_table('job_failures')
