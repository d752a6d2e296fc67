"""What the market sources said last, and settled prices by half-hour."""

import sqlalchemy as sa
from alembic import op

revision = "r0005_markets"
down_revision = "r0004_retention"


def upgrade() -> None:
    """Two more tables."""
    op.create_table(
        "market_answers",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("fetched_at", sa.String(27), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_market_answers"),
    )
    op.create_table(
        "market_prices",
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("start", sa.String(27), nullable=False),
        sa.Column("gbp_per_kwh", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("series", "start", name="pk_market_prices"),
    )
