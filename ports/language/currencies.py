"""The currencies of ISO 4217, with their minor units."""

import re
from dataclasses import dataclass

from .money import CURRENCY, Cents

_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_TWO_DECIMALS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = {
    code: exponent
    for exponent, codes in (
        (0, _WITHOUT_DECIMALS),
        (2, _WITH_TWO_DECIMALS),
        (3, _WITH_THREE_DECIMALS),
    )
    for code in codes.split()
}
"""Money that people pay with. ISO 4217 also lists funds, metals and codes for tests."""

_SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")


class UnknownCurrency(ValueError):
    """There is no such currency, or nobody pays with it."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code!r} is not a currency. It must be an ISO 4217 code in capital letters, such as "
            "USD, EUR, JPY or KWD"
        )


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency. Amounts are whole numbers of its minor unit.

    The minor unit is the smallest amount that there is: a cent of a dollar, a yen, a fils of a
    Kuwaiti dinar.
    """

    code: str
    """As in ISO 4217."""
    exponent: int
    """The number of decimals: one unit is ten to this power of minor units."""

    @classmethod
    def of(cls, code: str) -> "Currency":
        """Return the currency of an ISO 4217 code. Raises UnknownCurrency.

        >>> [Currency.of(code).exponent for code in ("JPY", "USD", "KWD")]
        [0, 2, 3]
        """
        if code not in _EXPONENTS:
            raise UnknownCurrency(code)
        return cls(code, _EXPONENTS[code])

    @property
    def mark(self) -> str:
        """What stands before an amount.

        >>> Currency.of("JPY").mark, Currency.of("KWD").mark
        ('¥', 'KWD ')
        """
        return _SYMBOLS.get(self.code, f"{self.code} ")

    @property
    def unit(self) -> int:
        """One unit, such as a dollar, in minor units."""
        return int(10**self.exponent)

    def in_place_of(self, cents: int) -> Cents:
        """Return the amount that takes the place of a default or a sample in US dollars.

        No exchange rate is involved: 1,000 cents become 1,000 minor units, and 10,000 in a currency
        with three decimals, which is 10 units again.

        >>> [Currency.of(code).in_place_of(1_000) for code in ("JPY", "EUR", "KWD")]
        [1000, 1000, 10000]
        """
        return cents * max(1, self.unit // 100)

    def plain(self, amount: Cents) -> str:
        """Return an amount without the currency, for staff and logs.

        >>> Currency.of("USD").plain(-123_450)
        '-1,234.50'
        >>> Currency.of("JPY").plain(123_450), Currency.of("KWD").plain(50)
        ('123,450', '0.050')
        """
        units, rest = divmod(abs(amount), self.unit)
        sign = "-" if amount < 0 else ""
        decimals = f".{rest:0{self.exponent}}" if self.exponent else ""
        return f"{sign}{units:,}{decimals}"

    def shown(self, amount: Cents) -> str:
        """Return an amount with the symbol or the code of the currency, for users.

        >>> Currency.of("USD").shown(1_760_050), Currency.of("JPY").shown(17_600)
        ('$17,600.50', '¥17,600')
        >>> Currency.of("KWD").shown(-17_600)
        '-KWD 17.600'
        """
        return self._named(self.plain(abs(amount)), amount)

    def rounded(self, amount: float) -> str:
        """Return an amount with the currency, rounded to whole units.

        >>> Currency.of("USD").rounded(1_760_050.25)
        '$17,601'
        """
        return self._named(f"{abs(amount) / self.unit:,.0f}", amount)

    def parse(self, text: str) -> Cents:
        """Return an amount as a person writes it, such as 30 or 30.50, in minor units.

        Raises ValueError for anything else, and for more decimals than the currency has.

        >>> Currency.of("USD").parse("30.5"), Currency.of("KWD").parse("30.5")
        (3050, 30500)
        """
        found = _AMOUNT.fullmatch(text)
        decimals = (found[2] or "") if found is not None else ""
        if found is None or len(decimals) > self.exponent:
            raise ValueError(f"{text!r} is not an amount in {self.code}, such as {self.example}")
        return int(found[1]) * self.unit + int(decimals.ljust(self.exponent, "0") or "0")

    @property
    def example(self) -> str:
        """Amounts as a person writes them, for messages."""
        return f"450 or {self.plain(450 * self.unit - self.unit // 2)}" if self.exponent else "450"

    def _named(self, number: str, amount: float) -> str:
        sign = "-" if amount < 0 else ""
        return f"{sign}{self.mark}{number}"


DOLLAR = Currency.of(CURRENCY)
"""The default currency."""
