"""Beckn: low-carbon energy windows ordered over the network, and our job slots sold on it."""

from gridflex.ui import beckn, frame

frame.require_router()
beckn.show()
