"""Overview: the grid now, what was decided, what it is worth."""

from gridflex.ui import frame, overview

frame.require_router()
overview.show()
