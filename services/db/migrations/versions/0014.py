"""The few rehearsals whose clock is ahead are found without reading all cases"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_AHEAD = sa.text('clock_offset_seconds <> 0')


def upgrade() -> None:
    op.create_index('ix_cases_clock_ahead', 'cases', ['clock_offset_seconds'], unique=False, postgresql_where=_AHEAD, sqlite_where=_AHEAD)


def downgrade() -> None:
    op.drop_index('ix_cases_clock_ahead', table_name='cases')
