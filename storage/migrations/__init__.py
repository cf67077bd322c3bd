"""The schema's history, one numbered file per step, applied by `python -m bot db upgrade`."""
