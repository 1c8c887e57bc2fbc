"""What goes wrong with other servers, money, staff and settings: more troubles."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from solebook.adapters.decorators.guarded_messengers import GuardedMailer
from solebook.adapters.security.server_certificate import ServerCertificate
from solebook.adapters.system.stopwatch import SystemStopwatch
from solebook.ports.language.orders import OrderStatus
from solebook.ports.language.rules import MarketRules

from ..certificates import Authority
from ..exchange import MONDAY
from .scrapes import MINUTE, Watched, watch
from .stand_ins import Away
from .troubles import fires


@fires("BreakerOpen")
async def the_mail_server_is_away(_: Path) -> Watched:
    guarded = GuardedMailer(
        Away().send, SystemStopwatch(), what="the mail server", limit=MINUTE, per_second=1e6
    )
    watched = watch(mailer=guarded)
    exchange = watched.exchange
    await exchange.open()
    for __ in range(5):
        await exchange.match()
        await exchange.later(timedelta(minutes=10))
    await watched.minutes(4)
    return watched


@fires("LedgerDiffers")
async def the_provider_refunds_unasked(_: Path) -> Watched:
    watched = watch()
    exchange = watched.exchange
    await exchange.open()
    order = await exchange.trade()
    await watched.scrape()
    charge_id = (await exchange.payment(order.id)).charge_id
    assert charge_id is not None
    await exchange.provider.refund(key="from the dashboard", charge_id=charge_id, amount=500)
    await exchange.webhook(-1)
    await exchange.workers.settle()
    await watched.scrape()
    return watched


@fires("AlarmOpen")
async def nobody_claims_a_pair(_: Path) -> Watched:
    watched = watch()
    exchange = watched.exchange
    await exchange.open()
    await exchange.trade(OrderStatus.AUTHENTICATING)
    await exchange.later(timedelta(days=3))
    await watched.scrape()
    await exchange.later(timedelta(hours=6))
    watched.last(6 * 60)
    await watched.scrape()
    return watched


def _certificate(folder: Path, days: float) -> ServerCertificate:
    """Return the certificate of a server, of which so many days are left on the first scrape."""
    mine = Authority(folder, "ca").certify("server", "localhost")
    certificate = ServerCertificate("server.", *map(str, mine))
    certificate.pair = replace(certificate.pair, expires=MONDAY + timedelta(days=days))
    return certificate


@fires("CertificateExpires", "CertificateExpiresNow")
async def nobody_renews_the_certificate(folder: Path) -> Watched:
    certificate = _certificate(folder, 1.9)
    watched = watch()
    await watched.minutes(12)
    assert certificate.is_refused is False
    return watched


@fires("CertificateRefused")
async def the_new_certificate_has_another_key(folder: Path) -> Watched:
    certificate = _certificate(folder, 60)
    _, other = Authority(folder, "other-ca").certify("other")
    other.rename(folder / "server.key")
    certificate.look()
    certificate.look()
    watched = watch()
    await watched.minutes(7)
    return watched


@fires("RulesDiffer")
async def a_process_has_other_rules(_: Path) -> Watched:
    watched, other = watch(), watch(rules=MarketRules(shipping_fee=1_500))
    for __ in range(7):
        await watched.scrape()
        watched.add(other)
    return watched
