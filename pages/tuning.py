"""Tuning: move the rules and watch the consequences."""

from gridflex.ui import frame, tuning

frame.require_router()
tuning.show()
