"""Impact: what was really saved, measured and settled."""

from gridflex.ui import frame, impact

frame.require_router()
impact.show()
