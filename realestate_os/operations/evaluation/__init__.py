"""What the value model is worth on a file of sales that somebody brings: no database, no service, nothing stored."""
