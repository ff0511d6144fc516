"""The public records: Census, Socrata and ArcGIS."""
