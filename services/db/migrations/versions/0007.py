"""How notifications reach people, how people want to be told, and agencies' own words"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notification_preferences',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('by_mail', sa.Boolean(), nullable=False),
    sa.Column('by_sms', sa.Boolean(), nullable=False),
    sa.Column('by_webhook', sa.Boolean(), nullable=False),
    sa.Column('wants_digest', sa.Boolean(), nullable=False),
    sa.Column('quiet_from', sa.String(length=5), nullable=True, comment="HH:MM; None: the installation's quiet hours"),
    sa.Column('quiet_to', sa.String(length=5), nullable=True),
    sa.Column('quiet_on_rest_days', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_notification_preferences_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_notification_preferences'))
    )
    op.create_table('notification_texts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=False),
    sa.Column('event', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=True),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['parties.id'], name=op.f('fk_notification_texts_agency_id')),
    sa.ForeignKeyConstraint(['made_by'], ['people.id'], name=op.f('fk_notification_texts_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_texts')),
    sa.UniqueConstraint('agency_id', 'event', 'language', 'version', name=op.f('uq_notification_texts_agency_id_event_language_version'))
    )
    op.create_table('deliveries',
    sa.Column('id', sa.Uuid(), nullable=False, comment='Also the key the provider gets'),
    sa.Column('notification_id', sa.Uuid(), nullable=True, comment='None: a digest. Notifications may be dropped: no foreign key'),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.Enum('in_app', 'mail', 'sms', 'webhook', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('template', sa.String(length=64), nullable=False),
    sa.Column('is_statutory', sa.Boolean(), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=False, comment='{subject, body} as rendered once'),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sending', 'delivered', 'failed', 'held', 'unwanted', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('asks_first', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Ask the provider before sending'),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True, comment='Handed over to the provider'),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True, comment='First read, in the app'),
    sa.Column('reference', sa.String(length=200), nullable=True, comment="The provider's own"),
    sa.Column('last_error', sa.String(length=500), nullable=True),
    sa.Column('digest_id', sa.Uuid(), nullable=True, comment='The digest it goes out with'),
    sa.Column('is_for_digest', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_deliveries_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_deliveries_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries'))
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deliveries_case_id_queued_at'), ['case_id', 'queued_at'], unique=False)
        batch_op.create_index('ix_deliveries_digest_id', ['digest_id'], unique=False, postgresql_where=sa.text('digest_id IS NOT NULL'), sqlite_where=sa.text('digest_id IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_deliveries_notification_id'), ['notification_id'], unique=False)
        batch_op.create_index('ix_deliveries_unsent', ['person_id'], unique=False, postgresql_where=sa.text("state IN ('queued', 'sending')"), sqlite_where=sa.text("state IN ('queued', 'sending')"))



def downgrade() -> None:
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_index('ix_deliveries_digest_id', postgresql_where=sa.text('digest_id IS NOT NULL'), sqlite_where=sa.text('digest_id IS NOT NULL'))
        batch_op.drop_index('ix_deliveries_unsent', postgresql_where=sa.text("state IN ('queued', 'sending')"), sqlite_where=sa.text("state IN ('queued', 'sending')"))
        batch_op.drop_index(batch_op.f('ix_deliveries_notification_id'))
        batch_op.drop_index(batch_op.f('ix_deliveries_case_id_queued_at'))

    op.drop_table('deliveries')
    op.drop_table('notification_texts')
    op.drop_table('notification_preferences')
