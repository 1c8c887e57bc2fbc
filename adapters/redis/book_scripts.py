"""The scripts of published books. See `book_keys.py` for the keys.

A book is written and read as one step. Its hash has the epoch of the engine that published it, the
number of the write, the book's sequence number, the number of levels of each side, and the quantity
at each price (`b:20000`, `a:21000`).
"""

from typing import Final

from .connection import Script

WHOLE: Final = -1
"""The book is replaced."""
CHECK: Final = -2
"""The book is replaced, unless it is there with the same number."""

WRITTEN: Final = 1
OLDER: Final = 0
"""The same publisher has written a later state."""
OVERTAKEN: Final = -1
"""A later engine has published the book."""
GAP: Final = 2
"""The change does not follow what is there."""
THERE: Final = 3
"""The book that was to be checked is there."""
ANEW: Final = 1
"""A mark that begins anew: everything must be published."""

# The packed books are lists: write, seq, base, bids, asks. `base` is the number that a change
# follows, or WHOLE or CHECK. Bids and asks are prices and quantities in turn. If ARGV[3] names a
# channel, it gets one message with the books that were written: ARGV[4] is its beginning, and
# ARGV[5] how it names each book. See `book_news.py`.
WRITE: Final = Script("""
local epoch = tonumber(ARGV[2])
local function text(number) return string.format('%.0f', number) end
local function each(command, key, words)
    for first = 1, #words, 1000 do
        redis.call(command, key, unpack(words, first, math.min(first + 999, #words)))
    end
end
local function set(hash, sorted, side, levels)
    local prices, quantities, gone, gone_fields = {}, {}, {}, {}
    for i = 1, #levels, 2 do
        local price = text(levels[i])
        if levels[i + 1] > 0 then
            prices[#prices + 1] = price
            prices[#prices + 1] = price
            quantities[#quantities + 1] = side .. price
            quantities[#quantities + 1] = text(levels[i + 1])
        else
            gone[#gone + 1] = price
            gone_fields[#gone] = side .. price
        end
    end
    each('ZADD', sorted, prices)
    each('HSET', hash, quantities)
    each('ZREM', sorted, gone)
    each('HDEL', hash, gone_fields)
    return redis.call('ZCARD', sorted)
end
local function is_same(hash, sorted, side, levels, command)
    local prices, fields = redis.call(command, sorted, 0, -1), {}
    if 2 * #prices ~= #levels then return false end
    for i, price in ipairs(prices) do
        if price ~= text(levels[2 * i - 1]) then return false end
        fields[i] = side .. price
    end
    for first = 1, #fields, 1000 do
        local last = math.min(first + 999, #fields)
        for i, quantity in ipairs(redis.call('HMGET', hash, unpack(fields, first, last))) do
            if quantity ~= text(levels[2 * (first + i - 1)]) then return false end
        end
    end
    return true
end
-- What somebody else has left there may have any type and value.
local function write(hash, bids, asks, book)
    local number, seq, base = book[1], book[2], book[3]
    local had = redis.pcall('HMGET', hash, 'epoch', 'write', 'seq', 'bids', 'asks')
    if had.err then had = {} end
    local had_epoch = tonumber(had[1] or '')
    if had_epoch and had_epoch > epoch then return -1 end
    if had_epoch == epoch and (tonumber(had[2] or '') or 0) > number then return 0 end
    if base ~= -1 then
        local follows = text(base == -2 and seq or base)
        local is_there = had_epoch == epoch and had[3] == follows
            and tonumber(had[4] or '') == redis.pcall('ZCARD', bids)
            and tonumber(had[5] or '') == redis.pcall('ZCARD', asks)
        if base ~= -2 and not is_there then return 2 end
        if base == -2 and is_there and tonumber(had[2] or '')
            and redis.call('HLEN', hash) == 5 + had[4] + had[5]
            and is_same(hash, bids, 'b:', book[4], 'ZREVRANGE')
            and is_same(hash, asks, 'a:', book[5], 'ZRANGE') then return 3 end
    end
    if base < 0 then redis.call('DEL', hash, bids, asks) end
    local standing = {set(hash, bids, 'b:', book[4]), set(hash, asks, 'a:', book[5])}
    redis.call('HSET', hash, 'epoch', text(epoch), 'write', text(number), 'seq', text(seq),
        'bids', standing[1], 'asks', standing[2])
    return 1
end
local results, told, names = {}, {}, ARGV[3] ~= '' and cmsgpack.unpack(ARGV[5])
local books = cmsgpack.unpack(ARGV[1])
local marker, published = KEYS[3 * #books + 1], KEYS[3 * #books + 2]
local owner = marker and redis.pcall('HMGET', marker, 'epoch')[1]
local is_over = (tonumber(owner or '') or 0) > epoch
for i, book in ipairs(books) do
    local hash = KEYS[3 * i - 2]
    results[i] = is_over and -1 or write(hash, KEYS[3 * i - 1], KEYS[3 * i], book)
    local is_known = results[i] == 1 and book[3] < 0 or results[i] == -1
    if published and is_known and not is_over
        and redis.pcall('SADD', published, hash) == 1 then
        redis.pcall('HINCRBY', marker, 'books', 1)
    end
    if names and results[i] == 1 then
        told[#told + 1] = {names[i], book[2], book[3], book[4], book[5]}
    end
end
if names then
    local message = cmsgpack.unpack(ARGV[4])
    message[#message + 1] = told
    redis.call('PUBLISH', ARGV[3], cmsgpack.pack(message))
end
return results
""")

# Returns -1 if a later engine has the shard, 1 if the publisher must publish everything, and 0
# otherwise. ARGV[2] is the name of the mark after which it last did, and ARGV[3] of this one, which
# has the number ARGV[4]. If that last one is not what is there, everything may be missing: Redis
# has lost it, or a mark that began anew was not answered. If ARGV[9] names a channel, it gets the
# message in ARGV[10].
MARK: Final = Script("""
local epoch, number, life = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local run = redis.call('INFO', 'server'):match('run_id:(%w+)')
local had = redis.pcall('HMGET', KEYS[1], 'epoch', 'publisher', 'run', 'mark', 'books')
if had.err then had = {} end
if (tonumber(had[1] or '') or 0) > epoch then return -1 end
local is_new = had[1] ~= ARGV[1] or had[2] ~= ARGV[2] or had[3] ~= run
    or KEYS[2] and tonumber(had[5] or '') ~= redis.pcall('SCARD', KEYS[2])
if is_new then
    redis.call('DEL', KEYS[1])
    if KEYS[3] then
        redis.pcall('SUNIONSTORE', KEYS[3], KEYS[3], KEYS[2])
        redis.call('DEL', KEYS[2])
    end
    redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'publisher', ARGV[3], 'run', run, 'books', '0')
elseif (tonumber(had[4] or '') or 0) > number then
    return 0
end
redis.call('HSET', KEYS[1], 'mark', ARGV[4], 'until', string.format('%.0f', now + life),
    'begun', ARGV[6], 'halts', ARGV[7], 'complete', is_new and '' or ARGV[8])
if ARGV[9] ~= '' then redis.call('PUBLISH', ARGV[9], ARGV[10]) end
return is_new and 1 or 0
""")

# Deletes some of the books in KEYS[1] that a former engine than that of the epoch ARGV[1] has left.
# They begin with ARGV[2] and a kind. Returns 0 when there are no more.
CLEAR: Final = Script("""
local left = redis.pcall('SPOP', KEYS[1], 500)
if left.err then left = {} end
for _, hash in ipairs(left) do
    local had = redis.pcall('HMGET', hash, 'epoch')
    if (tonumber(had[1] or '') or 0) < tonumber(ARGV[1]) then
        local name = hash:sub(#ARGV[2] + #'book' + 1)
        redis.call('DEL', hash, ARGV[2] .. 'bids' .. name, ARGV[2] .. 'asks' .. name)
    end
end
return #left
""")

LEAVE: Final = Script("""
local had = redis.call('HMGET', KEYS[1], 'epoch', 'publisher')
if had[1] == ARGV[1] and had[2] == ARGV[2] then redis.call('HSET', KEYS[1], 'until', '0') end
return 0
""")

# KEYS are markers, as many as ARGV[3], and three keys for each book. ARGV[1] is the depth, -1 for
# all levels, ARGV[2] after how many levels the rest of the books is left for another step, and then
# the number of each book's marker follows, or 0. Returns for each marker epoch, begun, halts,
# complete, or nothing if it is over; for each book epoch, seq, bids, asks, or nothing if it is not
# there, 0 if only a part of it is, or 1 if it is left. Bids and asks are prices and quantities in
# turn, in one text, which is much faster to read for the client.
READ: Final = Script("""
local depth, most, markers = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function side(hash, prefix, prices)
    local levels = {}
    for first = 1, #prices, 1000 do
        local fields = {}
        for i = first, math.min(first + 999, #prices) do
            fields[#fields + 1] = prefix .. prices[i]
        end
        local quantities = redis.call('HMGET', hash, unpack(fields))
        for i, quantity in ipairs(quantities) do
            if not quantity then return nil end
            levels[#levels + 1] = prices[first + i - 1]
            levels[#levels + 1] = quantity
        end
    end
    most = most - #prices
    return table.concat(levels, ' ')
end
local function read(hash, bids, asks)
    if most <= 0 then return 1 end
    local had = redis.pcall('HMGET', hash, 'epoch', 'seq', 'bids', 'asks')
    if had.err then return 0 end
    local standing = {redis.pcall('ZCARD', bids), redis.pcall('ZCARD', asks)}
    if type(standing[1]) ~= 'number' or type(standing[2]) ~= 'number' then return 0 end
    if not had[1] then return standing[1] + standing[2] > 0 and 0 end
    if standing[1] ~= tonumber(had[3] or '') or standing[2] ~= tonumber(had[4] or '') then
        return 0
    end
    local best_bids, best_asks = '', ''
    if depth ~= 0 then
        local last = depth > 0 and depth - 1 or -1
        best_bids = side(hash, 'b:', redis.call('ZREVRANGE', bids, 0, last))
        best_asks = side(hash, 'a:', redis.call('ZRANGE', asks, 0, last))
    end
    if not best_bids or not best_asks then return 0 end
    return {had[1], had[2], best_bids, best_asks}
end
local run, found, books = nil, {}, {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 1, markers do
    local had = redis.pcall('HMGET', KEYS[i], 'epoch', 'begun', 'halts', 'complete', 'until', 'run',
        'books')
    local left = (tonumber(not had.err and had[5] or '') or 0) - now
    -- Should the server's time be set back, an earlier publisher's word is not believed for long.
    found[i] = left > 0 and left < 10000 and had[1] and had or false
end
for i = 1, #ARGV - 3 do
    local first, place = markers + 3 * i - 2, tonumber(ARGV[3 + i])
    local marker, published = found[place], KEYS[markers + 3 * (#ARGV - 3) + place]
    books[i] = read(KEYS[first], KEYS[first + 1], KEYS[first + 2])
    local epoch = type(books[i]) == 'table' and books[i][1]
    if marker and marker[4] ~= '' and epoch ~= marker[1] then
        -- Another server that took over may lack what was written last.
        run = run or redis.call('INFO', 'server'):match('run_id:(%w+)')
        if marker[6] ~= run then marker[4] = '' end
        -- A book that was published is lost, or any one may be.
        if not published or redis.pcall('SISMEMBER', published, KEYS[first]) ~= 0
            or redis.pcall('SCARD', published) ~= tonumber(marker[7] or '') then
            books[i] = books[i] ~= 1 and 0 or 1
        end
    end
end
return {found, books}
""")
