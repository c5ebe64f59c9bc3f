"""Cases moved to another version of their procedure"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_migrations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('from_hash', sa.String(length=64), nullable=False),
    sa.Column('to_hash', sa.String(length=64), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False, comment='Step of before -> step it became'),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_version', sa.Integer(), nullable=False, comment='Of the case right after it'),
    sa.Column('engine_state', sa.LargeBinary(), nullable=False, comment='Before it'),
    sa.Column('rows', sa.LargeBinary(), nullable=False, comment='Tasks, limits, jobs as they were'),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_migrations_case_id')),
    sa.ForeignKeyConstraint(['from_hash'], ['bundles.hash'], name=op.f('fk_case_migrations_from_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_case_migrations_person_id')),
    sa.ForeignKeyConstraint(['to_hash'], ['bundles.hash'], name=op.f('fk_case_migrations_to_hash')),
    sa.ForeignKeyConstraint(['undone_by'], ['people.id'], name=op.f('fk_case_migrations_undone_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_migrations'))
    )
    with op.batch_alter_table('case_migrations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_migrations_case_id_at'), ['case_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('case_migrations')
