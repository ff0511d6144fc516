"""The code location that workspace.yaml names."""

from realestate_os.build import build_definitions

defs = build_definitions()
