"""A ghost in the house, and Umbrella's things for it."""

import os
from collections.abc import Iterator

import pytest

from bot import embedded
from tests.house import House
from tests.probes import guests
from tests.probes.ghost import Ghost, haunting


@pytest.fixture
def ghost(house: House, house_url: str) -> Iterator[Ghost]:
    with haunting(house, house_url) as ghost:
        yield ghost


@pytest.fixture(scope="session")
def umbrella(server_url: str, furnished: str) -> Iterator[str]:
    """What brings Umbrella's things into a ghost's transaction."""
    name = f"steward_guests_{os.getpid()}"
    embedded.drop_database(server_url, name)
    yield guests.of_umbrella(embedded.create_database(server_url, name, template=furnished))
    embedded.drop_database(server_url, name)
