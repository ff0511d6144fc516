"""Which property is meant: addresses, units, parcel numbers, and what ties them together.

Belongs here: reading an address as the post would, the rules by which two sightings are one property,
their tables, and the review of what only looks alike. Does not: which addresses a stage accepts.
"""
