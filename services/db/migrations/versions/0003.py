"""The workbench: facts of cases, cases followed, saved lists, and their indexes"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table('case_facts',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False, comment='As the form stores it'),
    sa.Column('text', sa.String(length=200), nullable=False, comment='As people read it'),
    sa.Column('position', sa.Integer(), nullable=False, comment='Place in the declaration, from 0'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_facts_case_id')),
    sa.PrimaryKeyConstraint('case_id', 'key', name=op.f('pk_case_facts'))
    )
    op.create_index(op.f('ix_case_facts_key_value_case_id'), 'case_facts', ['key', 'value', 'case_id'])

    op.create_table('case_follows',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_follows_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_case_follows_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'case_id', name=op.f('pk_case_follows'))
    )
    op.create_index(op.f('ix_case_follows_case_id'), 'case_follows', ['case_id'])
    op.create_index(op.f('ix_case_follows_person_id_since_case_id'), 'case_follows', ['person_id', 'since', 'case_id'])

    op.create_table('saved_views',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('list_kind', sa.String(length=16), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('sort', sa.String(length=16), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_saved_views_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('person_id', 'list_kind', 'name', name=op.f('uq_saved_views_person_id_list_kind_name'))
    )

    op.create_index('ix_tasks_newest', 'tasks', ['party_id', 'role', 'opened_at', 'id'], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index(op.f('ix_decisions_person_id_made_at_id'), 'decisions', ['person_id', 'made_at', 'id'])
    op.create_index(op.f('ix_cases_starter_party_id_started_at_id'), 'cases', ['starter_party_id', 'started_at', 'id'])
    op.create_index(op.f('ix_cases_started_by_started_at_id'), 'cases', ['started_by', 'started_at', 'id'])
    op.drop_index(op.f('ix_cases_starter_party_id'), table_name='cases')


def downgrade() -> None:
    op.create_index(op.f('ix_cases_starter_party_id'), 'cases', ['starter_party_id'])
    op.drop_index(op.f('ix_cases_started_by_started_at_id'), table_name='cases')
    op.drop_index(op.f('ix_cases_starter_party_id_started_at_id'), table_name='cases')
    op.drop_index(op.f('ix_decisions_person_id_made_at_id'), table_name='decisions')
    op.drop_index('ix_tasks_newest', table_name='tasks')
    op.drop_table('saved_views')
    op.drop_table('case_follows')
    op.drop_table('case_facts')
