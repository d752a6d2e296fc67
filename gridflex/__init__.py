"""GridFlex: a data centre's compute as a flexible grid asset."""

__version__ = "0.1.0"
