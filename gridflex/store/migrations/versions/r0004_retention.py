"""What tells a workspace that somebody works in from one that was only looked at."""

import sqlalchemy as sa
from alembic import op

revision = "r0004_retention"
down_revision = "r0003_keys_deliveries"


def upgrade() -> None:
    """When a person changed it last; of those that are there already, it is taken that somebody did."""
    op.add_column("workspaces", sa.Column("changed_at", sa.String(27)))
    op.execute("UPDATE workspaces SET changed_at = touched_at")
    op.create_index("ix_workspaces_touched_at", "workspaces", ["touched_at"])
