"""Audit: the trail of every decision, and its proof."""

from gridflex.ui import audit, frame

frame.require_router()
audit.show()
