"""The for-sale-by-owner site."""
