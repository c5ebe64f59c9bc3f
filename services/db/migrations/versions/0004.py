"""Tasks handed on, prepared, asked about and taken back; substitutes, copies, reminders, phrases"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('phrases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_phrases_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrases'))
    )
    with op.batch_alter_table('phrases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_phrases_person_id_position'), ['person_id', 'position'], unique=False)

    op.create_table('substitutions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('principal_id', sa.Uuid(), nullable=False),
    sa.Column('substitute_id', sa.Uuid(), nullable=False),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('procedures', sa.JSON(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ended_by'], ['people.id'], name=op.f('fk_substitutions_ended_by')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_substitutions_party_id')),
    sa.ForeignKeyConstraint(['principal_id'], ['people.id'], name=op.f('fk_substitutions_principal_id')),
    sa.ForeignKeyConstraint(['set_by'], ['people.id'], name=op.f('fk_substitutions_set_by')),
    sa.ForeignKeyConstraint(['substitute_id'], ['people.id'], name=op.f('fk_substitutions_substitute_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_substitutions'))
    )
    with op.batch_alter_table('substitutions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_substitutions_party_id'), ['party_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_substitutions_principal_id'), ['principal_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_substitutions_substitute_id'), ['substitute_id'], unique=False)

    op.create_table('case_snapshots',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=True, comment='None while the step runs'),
    sa.Column('audit_seq', sa.Integer(), nullable=False, comment='Audit entry of the completion'),
    sa.Column('clock_offset_seconds', sa.Integer(), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('engine_state', sa.LargeBinary(), nullable=False),
    sa.Column('changes', sa.LargeBinary(), nullable=True),
    sa.Column('obstacle', sa.String(length=100), nullable=True, comment='Why it cannot be taken back, if it cannot'),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_snapshots_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_case_snapshots'))
    )
    op.create_table('copies',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('sender_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_copies_case_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['people.id'], name=op.f('fk_copies_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_copies'))
    )
    with op.batch_alter_table('copies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_copies_case_id'), ['case_id'], unique=False)

    op.create_table('reminders',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('task_names', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_reminders_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_reminders_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders'))
    )
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminders_case_id_person_id_at'), ['case_id', 'person_id', 'at'], unique=False)

    op.create_table('comment_files',
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], name=op.f('fk_comment_files_comment_id')),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_comment_files_file_id')),
    sa.PrimaryKeyConstraint('comment_id', 'file_id', name=op.f('pk_comment_files'))
    )
    with op.batch_alter_table('comment_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_files_file_id'), ['file_id'], unique=False)

    op.create_table('copy_receipts',
    sa.Column('copy_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['copy_id'], ['copies.id'], name=op.f('fk_copy_receipts_copy_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_copy_receipts_person_id')),
    sa.PrimaryKeyConstraint('copy_id', 'person_id', name=op.f('pk_copy_receipts'))
    )
    with op.batch_alter_table('copy_receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_copy_receipts_person_id_sent_at'), ['person_id', 'sent_at'], unique=False)

    op.create_table('countersigns',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('asker_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('timing', sa.Enum('before', 'after', name='timing', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('shown', sa.LargeBinary(), nullable=True, comment="The asker's draft as it was when asked; None: asked before"),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opinion', sa.Enum('agree', 'disagree', 'abstain', name='opinion', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True, comment='Asked no more (减签)'),
    sa.ForeignKeyConstraint(['asker_id'], ['people.id'], name=op.f('fk_countersigns_asker_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_countersigns_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_countersigns_person_id')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_countersigns_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_countersigns'))
    )
    with op.batch_alter_table('countersigns', schema=None) as batch_op:
        batch_op.create_index('ix_countersigns_open', ['person_id'], unique=False, postgresql_where=sa.text('given_at IS NULL AND withdrawn_at IS NULL'), sqlite_where=sa.text('given_at IS NULL AND withdrawn_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_countersigns_task_id'), ['task_id'], unique=False)

    op.create_table('delegations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('from_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False, comment='What is asked'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=True, comment='None: taken back unanswered'),
    sa.Column('answers', sa.LargeBinary(), nullable=True, comment='Prepared; unchecked'),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_delegations_case_id')),
    sa.ForeignKeyConstraint(['from_id'], ['people.id'], name=op.f('fk_delegations_from_id')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_delegations_task_id')),
    sa.ForeignKeyConstraint(['to_id'], ['people.id'], name=op.f('fk_delegations_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegations'))
    )
    with op.batch_alter_table('delegations', schema=None) as batch_op:
        batch_op.create_index('ix_delegations_open', ['to_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_delegations_task_id'), ['task_id'], unique=False)
        batch_op.create_index('uq_delegations_task_id_open', ['task_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    op.create_table('transfers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('from_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_transfers_case_id')),
    sa.ForeignKeyConstraint(['from_id'], ['people.id'], name=op.f('fk_transfers_from_id')),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], name=op.f('fk_transfers_task_id')),
    sa.ForeignKeyConstraint(['to_id'], ['people.id'], name=op.f('fk_transfers_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers'))
    )
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfers_task_id'), ['task_id'], unique=False)

    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_behalf_of', sa.Uuid(), nullable=True, comment='The absent person a substitute stood in for (代)'))
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True, comment='Taken back by who made it'))
        batch_op.drop_constraint(batch_op.f('uq_decisions_task_id'), type_='unique')
        batch_op.create_index('uq_decisions_task_id_standing', ['task_id'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'), sqlite_where=sa.text('withdrawn_at IS NULL'))
        batch_op.create_foreign_key(batch_op.f('fk_decisions_on_behalf_of'), 'people', ['on_behalf_of'], ['id'])

    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('admits_substitute', sa.Boolean(), server_default=sa.true(), nullable=False, comment='False: only who holds the role may do it'))



def downgrade() -> None:
    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.drop_column('admits_substitute')

    op.execute('DELETE FROM decisions WHERE withdrawn_at IS NOT NULL')  # the old guard knows none
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_decisions_on_behalf_of'), type_='foreignkey')
        batch_op.drop_index('uq_decisions_task_id_standing', postgresql_where=sa.text('withdrawn_at IS NULL'), sqlite_where=sa.text('withdrawn_at IS NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_decisions_task_id'), ['task_id'])
        batch_op.drop_column('withdrawn_at')
        batch_op.drop_column('on_behalf_of')

    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transfers_task_id'))

    op.drop_table('transfers')
    with op.batch_alter_table('delegations', schema=None) as batch_op:
        batch_op.drop_index('uq_delegations_task_id_open', postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_delegations_task_id'))
        batch_op.drop_index('ix_delegations_open', postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))

    op.drop_table('delegations')
    with op.batch_alter_table('countersigns', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_countersigns_task_id'))
        batch_op.drop_index('ix_countersigns_open', postgresql_where=sa.text('given_at IS NULL AND withdrawn_at IS NULL'), sqlite_where=sa.text('given_at IS NULL AND withdrawn_at IS NULL'))

    op.drop_table('countersigns')
    with op.batch_alter_table('copy_receipts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_copy_receipts_person_id_sent_at'))

    op.drop_table('copy_receipts')
    with op.batch_alter_table('comment_files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_comment_files_file_id'))

    op.drop_table('comment_files')
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminders_case_id_person_id_at'))

    op.drop_table('reminders')
    with op.batch_alter_table('copies', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_copies_case_id'))

    op.drop_table('copies')
    op.drop_table('case_snapshots')
    with op.batch_alter_table('substitutions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_substitutions_substitute_id'))
        batch_op.drop_index(batch_op.f('ix_substitutions_principal_id'))
        batch_op.drop_index(batch_op.f('ix_substitutions_party_id'))

    op.drop_table('substitutions')
    with op.batch_alter_table('phrases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_phrases_person_id_position'))

    op.drop_table('phrases')
