"""Issued papers, their renderings, evidence of objections, and the day a title ended"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('documents',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False, comment='Engine task whose completion issued it'),
    sa.Column('template', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('series', sa.String(length=120), nullable=True, comment='One agency, kind and year'),
    sa.Column('sequence', sa.Integer(), nullable=True, comment='Without gaps in its series'),
    sa.Column('number', sa.String(length=200), nullable=True),
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('audience', sa.JSON(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.Uuid(), nullable=True),
    sa.Column('is_rehearsal', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['parties.id'], name=op.f('fk_documents_agency_id')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_documents_case_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['people.id'], name=op.f('fk_documents_issued_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('series', 'sequence', name=op.f('uq_documents_series_sequence')),
    sa.UniqueConstraint('task_id', 'template', name=op.f('uq_documents_task_id_template'))
    )
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_documents_case_id_issued_at'), ['case_id', 'issued_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_documents_kind_number'), ['kind', 'number'], unique=False)

    op.create_table('renderings',
    sa.Column('source_sha256', sa.String(length=64), nullable=False),
    sa.Column('form', sa.String(length=32), nullable=False, comment='Format and version of the renderer'),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('rendered_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source_sha256', 'form', name=op.f('pk_renderings'))
    )
    with op.batch_alter_table('files', schema=None) as batch_op:
        batch_op.add_column(sa.Column('objection_id', sa.Uuid(), nullable=True, comment='Evidence of an objection; only the handling agency reads it'))
        batch_op.create_foreign_key(batch_op.f('fk_files_objection_id'), 'objections', ['objection_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_files_objection_id'), ['objection_id'], unique=False)

    with op.batch_alter_table('consortia', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ended_on', sa.Date(), nullable=True, comment='Revoked or dissolved from this date on'))


def downgrade() -> None:
    with op.batch_alter_table('consortia', schema=None) as batch_op:
        batch_op.drop_column('ended_on')

    with op.batch_alter_table('files', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_files_objection_id'))
        batch_op.drop_constraint(batch_op.f('fk_files_objection_id'), type_='foreignkey')
        batch_op.drop_column('objection_id')

    op.drop_table('renderings')
    with op.batch_alter_table('documents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_documents_kind_number'))
        batch_op.drop_index(batch_op.f('ix_documents_case_id_issued_at'))

    op.drop_table('documents')
