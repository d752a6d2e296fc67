"""Jobs from outside: files of five formats and the editable table, judged column by column."""

from gridflex.agents.intake.export import export_csv
from gridflex.agents.intake.model import COMMAND_LINE, MAX_BYTES, MAX_ROWS, Intake, Limits, Watts
from gridflex.agents.intake.reader import read_jobs
from gridflex.agents.intake.table import validate_edited

__all__ = [
    "COMMAND_LINE",
    "MAX_BYTES",
    "MAX_ROWS",
    "Intake",
    "Limits",
    "Watts",
    "export_csv",
    "read_jobs",
    "validate_edited",
]
