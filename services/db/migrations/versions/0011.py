"""Drafts of procedures, reviews, publications, the acts on a jurisdiction"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('jurisdiction_acts',
    sa.Column('jurisdiction', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False, comment='From 1, no gaps'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False, comment="Person id, or the system's part"),
    sa.Column('what', sa.String(length=64), nullable=False),
    sa.Column('payload', sa.LargeBinary(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=False),
    sa.Column('payload_sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('prev_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('jurisdiction', 'seq', name=op.f('pk_jurisdiction_acts'))
    )
    op.create_table('jurisdiction_chains',
    sa.Column('jurisdiction', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('head', sa.LargeBinary(length=32), nullable=True),
    sa.PrimaryKeyConstraint('jurisdiction', name=op.f('pk_jurisdiction_chains'))
    )
    op.create_table('procedure_drafts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('jurisdiction', sa.String(length=64), nullable=False),
    sa.Column('procedure_id', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('base_hash', sa.String(length=64), nullable=True, comment='The version it began from; none: blank'),
    sa.Column('state', sa.Enum('EDITING', 'IN_REVIEW', 'PUBLISHED', 'DISCARDED', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['base_hash'], ['bundles.hash'], name=op.f('fk_procedure_drafts_base_hash')),
    sa.ForeignKeyConstraint(['opened_by'], ['people.id'], name=op.f('fk_procedure_drafts_opened_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_procedure_drafts'))
    )
    with op.batch_alter_table('procedure_drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_procedure_drafts_jurisdiction'), ['jurisdiction'], unique=False)
        batch_op.create_index(batch_op.f('ix_procedure_drafts_procedure_id'), ['procedure_id'], unique=False)

    op.create_table('draft_reviews',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False, comment='From when new cases take it'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('sent_by', sa.Uuid(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_approved', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['decided_by'], ['people.id'], name=op.f('fk_draft_reviews_decided_by')),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_draft_reviews_draft_id')),
    sa.ForeignKeyConstraint(['sent_by'], ['people.id'], name=op.f('fk_draft_reviews_sent_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_reviews'))
    )
    with op.batch_alter_table('draft_reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_reviews_draft_id'), ['draft_id'], unique=False)
        batch_op.create_index('uq_draft_reviews_draft_id_open', ['draft_id'], unique=True, postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))

    op.create_table('draft_revisions',
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True, comment='None: the file was deleted'),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['changed_by'], ['people.id'], name=op.f('fk_draft_revisions_changed_by')),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_draft_revisions_draft_id')),
    sa.ForeignKeyConstraint(['sha256'], ['blobs.sha256'], name=op.f('fk_draft_revisions_sha256')),
    sa.PrimaryKeyConstraint('draft_id', 'path', 'revision', name=op.f('pk_draft_revisions'))
    )
    op.create_table('publications',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('procedure_id', sa.String(length=64), nullable=False),
    sa.Column('bundle_hash', sa.String(length=64), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_effect_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bundle_hash'], ['bundles.hash'], name=op.f('fk_publications_bundle_hash')),
    sa.ForeignKeyConstraint(['draft_id'], ['procedure_drafts.id'], name=op.f('fk_publications_draft_id')),
    sa.ForeignKeyConstraint(['published_by'], ['people.id'], name=op.f('fk_publications_published_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publications'))
    )
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_publications_procedure_id_taken_effect_at'), ['procedure_id', 'taken_effect_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_publications_procedure_id_taken_effect_at'))

    op.drop_table('publications')
    op.drop_table('draft_revisions')
    with op.batch_alter_table('draft_reviews', schema=None) as batch_op:
        batch_op.drop_index('uq_draft_reviews_draft_id_open', postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_draft_reviews_draft_id'))

    op.drop_table('draft_reviews')
    with op.batch_alter_table('procedure_drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_procedure_drafts_procedure_id'))
        batch_op.drop_index(batch_op.f('ix_procedure_drafts_jurisdiction'))

    op.drop_table('procedure_drafts')
    op.drop_table('jurisdiction_chains')
    op.drop_table('jurisdiction_acts')
