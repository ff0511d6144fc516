"""The outside world on loopback, for the demo and the tests.

Belongs here: a for-sale-by-owner site, the Census, assessors over Socrata and ArcGIS, SendGrid's v3
API, and the generated (or replayed) county behind them. Does not: anything that the pipeline uses;
no stage imports this package and it imports no stage.
"""
