"""Public records: closed sales, parcels, ZIP demographics; where each field came from."""
