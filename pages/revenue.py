"""Revenue: what flexibility is worth, in three figures that are never added up."""

from gridflex.ui import frame, revenue

frame.require_router()
revenue.show()
