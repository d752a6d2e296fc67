"""Whose turn it is, among the instances on one database."""

import sqlalchemy as sa
from alembic import op

revision = "r0002_leases"
down_revision = "r0001_baseline"


def upgrade() -> None:
    """One more table."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
