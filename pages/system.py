"""System: agents, sources, versions and their state; prove it."""

from gridflex.ui import frame, system

frame.require_router()
system.show()
