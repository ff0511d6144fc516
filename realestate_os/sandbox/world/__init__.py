"""The county behind the servers: homes, values, sales, listings, what was planted."""

from realestate_os.sandbox.world.county_world import CountyWorld
from realestate_os.sandbox.world.world import World

__all__ = ["CountyWorld", "World"]
