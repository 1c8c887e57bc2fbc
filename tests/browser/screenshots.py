"""Makes the pictures of the pages that the docs show: `nox -s screenshots`.

They are made of the demo's data, on its clock. Two runs differ in ids and seconds alone.
"""

import asyncio
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .found_pages import windows_of_everybody
from .market import Market, demo_market
from .windows import Window, Windows, running_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "assets" / "pages"
MOST = 150_000
"""The bytes that a picture may have."""
_SALES = 300
_WIDTH, _HEIGHT = 1120, 840


@dataclass(frozen=True)
class Picture:
    """A page, who sees it, and in which light."""

    name: str
    path: str
    who: str
    light: Literal["light", "dark"] = "light"
    height: int = _HEIGHT
    press: str = ""
    """A button that is pressed first."""


async def _pictures(market: Market) -> list[Picture]:
    people = market.people
    buyer = people.buyers[0].api
    product = max((await buyer.get("/search"))["items"], key=lambda hit: hit["sales"])
    sales = (await buyer.get(f"/products/{product['id']}/sales"))["items"]
    size = sales[0]["size"]
    mine = [each async for each in buyer.pages("/orders")]
    shipped = [each for each in mine if each["status"] == "shipping_to_buyer"]
    paid = [each for each in mine if each["payout_status"] == "paid"]
    received = await people.authenticator.api.get("/authentication/tasks", status="received")
    pair = received["items"][0]["order_id"]
    shoe = f"/products/{product['id']}?size={size}"
    return [
        Picture("market", "/", "nobody"),
        Picture("market-dark", "/", "nobody", "dark"),
        Picture("product", shoe, "buyer", height=1240),
        Picture("order", f"/orders/{shipped[0]['id']}", "buyer"),
        Picture("authenticator", f"/warehouse/{pair}", "authenticator", press="Claim it"),
        Picture("admin", f"/admin/orders/{paid[0]['id']}", "admin"),
    ]


async def _take(window: Window, picture: Picture) -> bytes:
    await window.page.set_viewport_size({"width": _WIDTH, "height": picture.height})
    await window.page.emulate_media(color_scheme=picture.light, reduced_motion="reduce")
    await window.opens(picture.path)
    if picture.press:
        await window.presses(picture.press)
    await window.page.wait_for_load_state("networkidle")
    return smaller(await window.page.screenshot(animations="disabled", caret="hide"))


def smaller(png: bytes) -> bytes:
    """Return a PNG compressed as well as can be. Browsers compress it in a hurry."""
    chunks, at = [], 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks.append((kind, png[at + 8 : at + 8 + length]))
        at += length + 12
    pixels = zlib.decompress(b"".join(each for kind, each in chunks if kind == b"IDAT"))
    header = next(each for kind, each in chunks if kind == b"IHDR")
    kept = [(b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(each)) + kind + each + struct.pack(">I", zlib.crc32(kind + each))
        for kind, each in kept
    )


async def main() -> None:
    """Make all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with demo_market(_SALES) as market, running_chromium() as chromium:
        windows = Windows(chromium)
        opened = await windows_of_everybody(market, windows)
        for picture in await _pictures(market):
            png = await _take(opened[picture.who], picture)
            assert len(png) <= MOST, (picture.name, len(png))
            (FOLDER / f"{picture.name}.png").write_bytes(png)
            print(f"{picture.name}.png: {len(png) / 1000:.0f} kB")
        trouble = await windows.close()
    assert trouble == [], trouble


if __name__ == "__main__":
    asyncio.run(main())
