"""The command realestate-os."""
