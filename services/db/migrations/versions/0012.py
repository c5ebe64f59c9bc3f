"""What the invariants of the regulation have seen of a case"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('cases', sa.Column('law_notes', sa.LargeBinary(), nullable=True, comment='What invariants have seen; None: of a version that is not watched'))
    op.add_column('bundles', sa.Column('is_watched', sa.Boolean(), server_default=sa.false(), nullable=False, comment='Its cases obey its invariants at every step; not those of older releases'))


def downgrade() -> None:
    with op.batch_alter_table('bundles', schema=None) as batch_op:
        batch_op.drop_column('is_watched')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('law_notes')
