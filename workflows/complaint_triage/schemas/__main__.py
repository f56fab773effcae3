"""Write the tools' Avro schemas beside this file."""

from pathlib import Path

from workflows.complaint_triage.schemas import derived

for name, content in derived():
    Path(__file__).with_name(name).write_bytes(content)
