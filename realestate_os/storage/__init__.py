"""Tables, migrations, Parquet and the IO manager."""
