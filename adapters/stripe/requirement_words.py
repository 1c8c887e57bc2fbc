"""What Stripe requires of a seller, in words."""

_KNOWN = {
    "external_account": "a bank account",
    "tos_acceptance.date": "acceptance of Stripe's terms",
    "tos_acceptance.ip": "acceptance of Stripe's terms",
    "business_profile.url": "a website",
    "business_profile.mcc": "the kind of business",
    "business_profile.product_description": "what you sell",
    "business_type": "whether you are a person or a company",
}
_PARTS = {
    "dob": "date of birth",
    "id_number": "tax or identity number",
    "ssn_last_4": "the last digits of the social security number",
    "document": "document that proves it",
    "tos_acceptance": "acceptance of Stripe's terms",
}


def words_of(requirement: str) -> str:
    """Return a requirement in words. It is a path, such as `individual.first_name`.

    >>> words_of("individual.first_name")
    'individual: first name'
    """
    if requirement in _KNOWN:
        return _KNOWN[requirement]
    whose, _, rest = requirement.partition(".")
    if whose.startswith(("person_", "acct_")):
        whose = "a person of the company"
    parts = [_PARTS.get(part, part.replace("_", " ")) for part in rest.split(".") if part]
    if parts[:1] == ["date of birth"]:
        parts = parts[:1]
    name = whose.replace("_", " ")
    return f"{name}: {', '.join(parts)}" if parts else name
