"""Queue: every job, its decision and its reason."""

from gridflex.ui import frame, queue

frame.require_router()
queue.show()
