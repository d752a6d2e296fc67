"""The tables as they were before they had a revision."""

import sqlalchemy as sa
from alembic import op

revision = "r0001_baseline"
down_revision = None


def upgrade() -> None:
    """The trail, workspaces, the carbon archive, and orders over Beckn."""
    op.create_table(
        "trail_rows",
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.String()),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("row_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "seq", name="pk_trail_rows"),
    )
    op.create_index("ix_trail_rows_workspace_id_subject_seq", "trail_rows", ["workspace_id", "subject", "seq"])
    op.create_table(
        "trail_heads",
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_trail_heads"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("touched_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )
    op.create_table(
        "carbon_snapshots",
        sa.Column("region", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fetched_at", sa.String(27), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region", "fetched_at", name="pk_carbon_snapshots"),
    )
    op.create_table(
        "carbon_readings",
        sa.Column("region", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.String(27), nullable=False),
        sa.Column("forecast", sa.Double()),
        sa.Column("actual", sa.Double()),
        sa.PrimaryKeyConstraint("region", "start", name="pk_carbon_readings"),
    )
    op.create_table(
        "beckn_orders",
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("transaction_id", sa.String(64), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "transaction_id", name="pk_beckn_orders"),
    )
    op.create_table(
        "beckn_books",
        sa.Column("workspace_id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("books", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "provider", name="pk_beckn_books"),
    )
