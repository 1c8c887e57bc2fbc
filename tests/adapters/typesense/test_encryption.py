"""Typesense over https, with a certificate of a CA that is in the settings."""

from pathlib import Path

import pytest

from servers.typesense_server import TypesenseServer
from solebook.adapters.memory.seeded import SeededIds
from solebook.ports.language.errors import Unavailable
from solebook.ports.language.search import SearchQuery

from ...certificates import Authority
from ...missing_server import running
from ...ports.shelf import Shelf
from ...typesense_indexes import open_typesense_index

pytestmark = pytest.mark.real


async def test_the_ca_of_the_settings_is_trusted_and_no_other(
    tmp_path: Path, ids: SeededIds
) -> None:
    authority, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    certificate, key = authority.certify("typesense", "127.0.0.1")
    settings = f"ssl-certificate = {certificate}\nssl-certificate-key = {key}\n"
    with running(TypesenseServer, settings) as server:
        async with open_typesense_index(server, ca=authority.certificate) as index:
            shelf = Shelf(index, ids)
            await shelf.add("zebra")
            assert await shelf.found("zebra") == ["zebra"]
        for ca in (other.certificate, None):
            async with open_typesense_index(server, ca=ca) as index:
                with pytest.raises(Unavailable):
                    await index.search(SearchQuery())
        server.key = "another key"
        async with open_typesense_index(server, ca=authority.certificate) as index:
            with pytest.raises(Unavailable):
                await index.search(SearchQuery())
