"""The statements of PostgreSQL's search index."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY, insert

from ....ports.language.search import PRICE_BOUNDS, SearchSort
from ..engine.constructs import insert_or_skip, one_of
from ..engine.statement import Statement
from .postgres_search_tables import search_documents, search_index, search_removed, search_words

_NAMESAKES = 1_000
_CANDIDATES = 200
"""The number of indexed words that are compared with a word that may have a typo."""

_documents = search_documents.c
_GIVEN = [c for c in search_documents.c if c.computed is None]
_FIGURES = (_documents.lowest_ask, _documents.sales, _documents.as_of)
_of_generation = _documents.generation == bindparam("generation")


def _asks_for(parameter: str) -> ColumnElement[bool]:
    query = cast(bindparam(parameter, type_=String), TSQUERY)
    return _documents.text.op("@@", is_comparison=True)(query)


_means = or_(_documents.style_key == bindparam("key", type_=String), _asks_for("mark"))
"""The text is the product's style code, or a whole name of it."""

# ---- writing -------------------------------------------------------------------------------------

STATE = Statement(select(search_index).where(search_index.c.id == 1))
BEGIN = Statement(
    update(search_index)
    .where(search_index.c.id == 1)
    .values(rebuilds=bindparam("number"), building=bindparam("number"))
)
GIVE_UP = Statement(
    update(search_index)
    .where(search_index.c.id == 1, search_index.c.building == bindparam("number"))
    .values(building=null())
)
SERVE = Statement(
    update(search_index)
    .where(search_index.c.id == 1, search_index.c.building == bindparam("number"))
    .values(building=null(), serving=bindparam("number"), form=bindparam("as_form"))
)
FORGET_OTHERS = Statement(
    delete(search_documents).where(
        or_(
            _documents.generation < bindparam("generation"),
            _documents.generation > bindparam("generation"),
        )
    ),
    long=True,
)
NOTE_REMOVED = Statement(insert_or_skip(search_removed, search_removed.c.product_id))
REMOVED = Statement(
    select(search_removed.c.product_id).where(one_of(search_removed.c.product_id, "ids"))
)
REMOVE = Statement(delete(search_documents).where(_documents.product_id == bindparam("product_id")))
ADD_WORD = Statement(insert_or_skip(search_words, search_words.c.word))

_put = insert(search_documents).values({c: bindparam(c.name, type_=c.type) for c in _GIVEN})
PUT = Statement(
    _put.on_conflict_do_update(
        index_elements=[_documents.generation, _documents.product_id],
        set_={
            c.name: _put.excluded[c.name]
            for c in _GIVEN
            if not c.primary_key and c not in set(_FIGURES)
        },
        where=_documents.version < _put.excluded.version,
    )
)
"""Put a product, unless a later version of it is there. Figures stay."""

SET_FIGURES = Statement(
    update(search_documents)
    .where(
        _documents.generation == bindparam("of"),
        _documents.product_id == bindparam("product"),
        or_(_documents.as_of.is_(None), _documents.as_of <= bindparam("at")),
    )
    .values(lowest_ask=bindparam("price"), sales=bindparam("count"), as_of=bindparam("at"))
)
FIGURES = Statement(
    select(_documents.generation, _documents.product_id, *_FIGURES).where(
        one_of(_documents.generation, "generations"), one_of(_documents.product_id, "ids")
    )
)
DOCUMENTS = Statement(select(*_GIVEN).where(_of_generation, one_of(_documents.product_id, "ids")))
AS_OF = Statement(
    select(_documents.as_of).where(_of_generation, _documents.product_id == bindparam("product_id"))
)

# ---- reading -------------------------------------------------------------------------------------

ANY_MATCH = Statement(
    select(_documents.product_id).where(_of_generation, _asks_for("match")).limit(1)
)
_typed = bindparam("trigrams", type_=ARRAY(String))
_shared = (
    select(func.count())
    .select_from(func.unnest(search_words.c.trigrams).alias("one"))
    .where(literal_column("one") == func.any(_typed))
    .correlate(search_words)
    .scalar_subquery()
)
SIMILAR = Statement(
    select(search_words.c.word)
    .where(search_words.c.trigrams.op("&&", is_comparison=True)(_typed))
    .order_by(_shared.desc(), search_words.c.word)
    .limit(_CANDIDATES)
)
"""The words that share most trigrams with the typed word."""


def _found(*, has_text: bool) -> list[ColumnElement[bool]]:
    brand = bindparam("brand", type_=String)
    size = bindparam("in_size", type_=String)
    year = bindparam("year", type_=Integer)
    minimum = bindparam("min_price", type_=BigInteger)
    maximum = bindparam("max_price", type_=BigInteger)
    conditions = [
        _of_generation,
        or_(brand.is_(None), _documents.brand_key == brand),
        or_(size.is_(None), func.strpos(_documents.sizes, " " + size + " ") > 0),
        or_(year.is_(None), _documents.year == year),
        or_(minimum.is_(None), _documents.lowest_ask >= minimum),
        or_(maximum.is_(None), _documents.lowest_ask <= maximum),
    ]
    return [*conditions, _asks_for("match")] if has_text else conditions


def _order(sort: SearchSort, *, has_text: bool) -> list[ColumnElement[Any]]:
    first: dict[SearchSort, list[ColumnElement[Any]]] = {
        SearchSort.RELEVANCE: [],
        SearchSort.PRICE_ASC: [_documents.lowest_ask.asc().nulls_last()],
        SearchSort.PRICE_DESC: [_documents.lowest_ask.desc().nulls_last()],
        SearchSort.NEWEST: [_documents.release_date.desc()],
        SearchSort.MOST_TRADED: [],
    }
    if has_text:
        first[SearchSort.RELEVANCE] = [
            ~_means,
            ~_asks_for("exact"),
        ]
    return [*first[sort], _documents.sales.desc(), _documents.product_id.desc()]


HITS = {
    (sort, has_text): Statement(
        select(*_GIVEN)
        .where(*_found(has_text=has_text))
        .order_by(*_order(sort, has_text=has_text))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )
    for sort in SearchSort
    for has_text in (False, True)
}
_bucket = case(
    *(
        (_documents.lowest_ask >= literal_column(str(bound)), literal_column(str(bound)))
        for bound in reversed(PRICE_BOUNDS)
    ),
    else_=None,
)
_group = (
    _documents.brand,
    _documents.sizes,
    _documents.year,
    _bucket.label("price"),
)
GROUPS = {
    has_text: Statement(
        select(*_group, func.count().label("count"))
        .where(*_found(has_text=has_text))
        .group_by(*_group)
    )
    for has_text in (False, True)
}
"""The number of matches by brand, sizes, year and price bucket."""


_NAMES = ("style_code", "brand", "model", "colorway")


def _most_traded(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _in_sequence(search_documents).where(_of_generation, *conditions)


def _in_sequence(found: FromClause) -> Select[Any]:
    brand = bindparam("brand", type_=String)
    return (
        select(*(found.c[name] for name in ("product_id", *_NAMES)))
        .where(or_(brand.is_(None), found.c.brand_key == brand))
        .order_by(found.c.sales.desc(), found.c.product_id.desc())
        .limit(bindparam("limit"))
    )


def _found_first(condition: ColumnElement[bool]) -> CTE:
    """Return what matches, found by its index before it is sorted or limited.

    It is little, which PostgreSQL does not know of a parameter. So it would read all products, in
    the hope of finding enough soon.
    """
    columns = (_documents[name] for name in ("product_id", *_NAMES, "brand_key", "sales"))
    found = select(*columns).where(_of_generation, condition)
    return found.cte("found").prefix_with("MATERIALIZED")


SUGGEST_ALL = Statement(_most_traded())
SUGGEST_MEANT = Statement(_in_sequence(_found_first(_means)))
_namesakes = _found_first(_asks_for("marks"))
NAMESAKES = Statement(select(*(_namesakes.c[name] for name in _NAMES)).limit(_NAMESAKES))
"""The products that some marks mean."""
SUGGEST = Statement(_most_traded(_asks_for("match")))
