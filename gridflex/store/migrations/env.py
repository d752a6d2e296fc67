"""What Alembic runs for an upgrade: on the one connection, and in the transaction, that ``schema`` hands it."""

from alembic import context

from gridflex.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
