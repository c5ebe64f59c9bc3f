"""Handoffs, cases that hold cases, messages between them, and access that ends"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_KIND = 'ck_jobs_kind'


def upgrade() -> None:
    _allow_kinds("'timer', 'service', 'mail', 'message'")
    op.create_table('confirmations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('procedure_id', sa.String(length=64), nullable=False),
    sa.Column('parameter', sa.String(length=64), nullable=False),
    sa.Column('value', sa.LargeBinary(), nullable=False, comment='The value that was confirmed'),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['confirmed_by'], ['people.id'], name=op.f('fk_confirmations_confirmed_by')),
    sa.ForeignKeyConstraint(['procedure_id'], ['procedures.id'], name=op.f('fk_confirmations_procedure_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmations'))
    )
    with op.batch_alter_table('confirmations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_confirmations_procedure_id_parameter'), ['procedure_id', 'parameter'], unique=False)

    op.create_table('party_keys',
    sa.Column('id', sa.String(length=64), nullable=False, comment='Key id in envelopes'),
    sa.Column('party_id', sa.Uuid(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_party_keys_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_keys'))
    )
    with op.batch_alter_table('party_keys', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_party_keys_party_id'), ['party_id'], unique=False)

    op.create_table('case_holds',
    sa.Column('item_id', sa.Uuid(), nullable=False),
    sa.Column('pool', sa.String(length=64), nullable=False, comment="Message that the items wait for, or an envelope's topic"),
    sa.Column('holder_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['holder_id'], ['cases.id'], name=op.f('fk_case_holds_holder_id')),
    sa.ForeignKeyConstraint(['item_id'], ['cases.id'], name=op.f('fk_case_holds_item_id')),
    sa.PrimaryKeyConstraint('item_id', 'pool', name=op.f('pk_case_holds'))
    )
    with op.batch_alter_table('case_holds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_holds_holder_id'), ['holder_id'], unique=False)

    op.create_table('claims',
    sa.Column('scope', sa.String(length=64), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('group', sa.String(length=64), nullable=False, comment="Empty in production; a rehearsal's group"),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_claims_case_id')),
    sa.PrimaryKeyConstraint('scope', 'key', 'group', name=op.f('pk_claims'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claims_case_id'), ['case_id'], unique=False)

    op.create_table('handoffs_in',
    sa.Column('sender', sa.String(length=64), nullable=False, comment='Code of the sender'),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('receiver_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=64), nullable=True),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('group', sa.String(length=64), nullable=False, comment='Empty in production'),
    sa.Column('taken_in_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('envelope_sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('PENDING', 'RECEIVED', 'RETURNED', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=True, comment='Who received or returned it'),
    sa.Column('receipt', sa.LargeBinary(), nullable=True),
    sa.Column('gathered_by', sa.Uuid(), nullable=True, comment="The receiver's case that took up its content"),
    sa.Column('remark', sa.Text(), nullable=True, comment='For example a gap before it'),
    sa.ForeignKeyConstraint(['envelope_sha256'], ['blobs.sha256'], name=op.f('fk_handoffs_in_envelope_sha256')),
    sa.ForeignKeyConstraint(['gathered_by'], ['cases.id'], name=op.f('fk_handoffs_in_gathered_by')),
    sa.ForeignKeyConstraint(['receiver_id'], ['parties.id'], name=op.f('fk_handoffs_in_receiver_id')),
    sa.PrimaryKeyConstraint('sender', 'id', name=op.f('pk_handoffs_in')),
    sa.UniqueConstraint('sender', 'receiver_id', 'sequence', name=op.f('uq_handoffs_in_sender_receiver_id_sequence'))
    )
    with op.batch_alter_table('handoffs_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handoffs_in_receiver_id_topic_state'), ['receiver_id', 'topic', 'state'], unique=False)

    op.create_table('handoffs_out',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('sender_id', sa.Uuid(), nullable=False),
    sa.Column('receiver_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False, comment='Counts from 1 within sender and receiver'),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('passes', sa.Boolean(), nullable=False, comment='The case passes on for good'),
    sa.Column('disclosure', sa.JSON(), nullable=False, comment='What the sender reads on after the receipt'),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('envelope_sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('PENDING', 'RECEIVED', 'RETURNED', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('receipt', sa.LargeBinary(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_handoffs_out_case_id')),
    sa.ForeignKeyConstraint(['envelope_sha256'], ['blobs.sha256'], name=op.f('fk_handoffs_out_envelope_sha256')),
    sa.ForeignKeyConstraint(['receiver_id'], ['parties.id'], name=op.f('fk_handoffs_out_receiver_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['parties.id'], name=op.f('fk_handoffs_out_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoffs_out')),
    sa.UniqueConstraint('sender_id', 'receiver_id', 'sequence', name=op.f('uq_handoffs_out_sender_id_receiver_id_sequence'))
    )
    with op.batch_alter_table('handoffs_out', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handoffs_out_case_id'), ['case_id'], unique=False)

    op.create_table('handoff_files',
    sa.Column('handoff_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_handoff_files_file_id')),
    sa.PrimaryKeyConstraint('handoff_id', 'file_id', name=op.f('pk_handoff_files'))
    )
    with op.batch_alter_table('handoff_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handoff_files_file_id'), ['file_id'], unique=False)

    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.add_column(sa.Column('until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('disclosed', sa.JSON(), nullable=True))

    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recused_at', sa.DateTime(timezone=True), nullable=True, comment='Whoever it was given to by name has no more part in the case'))

    with op.batch_alter_table('consortia', schema=None) as batch_op:
        batch_op.add_column(sa.Column('document_no', sa.String(length=200), nullable=True, comment='Document that decided on it'))


def downgrade() -> None:
    with op.batch_alter_table('consortia', schema=None) as batch_op:
        batch_op.drop_column('document_no')

    with op.batch_alter_table('tasks', schema=None) as batch_op:
        batch_op.drop_column('recused_at')

    with op.batch_alter_table('case_access', schema=None) as batch_op:
        batch_op.drop_column('disclosed')
        batch_op.drop_column('until')

    op.drop_table('handoff_files')
    with op.batch_alter_table('handoffs_out', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handoffs_out_case_id'))

    op.drop_table('handoffs_out')
    with op.batch_alter_table('handoffs_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handoffs_in_receiver_id_topic_state'))

    op.drop_table('handoffs_in')
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_claims_case_id'))

    op.drop_table('claims')
    with op.batch_alter_table('case_holds', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_holds_holder_id'))

    op.drop_table('case_holds')
    with op.batch_alter_table('party_keys', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_party_keys_party_id'))

    op.drop_table('party_keys')
    op.drop_table('confirmations')
    op.execute("DELETE FROM jobs WHERE kind = 'message'")
    _allow_kinds("'timer', 'service', 'mail'")


def _allow_kinds(kinds: str) -> None:
    """Replace the check on jobs.kind. SQLite makes the table anew without its old check."""
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    with op.batch_alter_table('jobs', schema=None, recreate='always' if is_sqlite else 'never') as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(op.f(_KIND), type_='check')
        batch_op.create_check_constraint(op.f(_KIND), f'kind IN ({kinds})')
