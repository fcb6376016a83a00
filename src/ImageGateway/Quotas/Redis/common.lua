-- What the scripts share; it stands before each of them. All keys are of one tenant and have its hash tag.
--   KEYS[1] a hash:  s server, g generation, b when it was built; of each counter u|KEY used and h|KEY held, or, of a
--                    bucket, t|KEY taken in 1/60000 and a|KEY when that was; r|ID a reservation
--   KEYS[2] a set:   counters by the moment they may be forgotten; never empty while the hash is there
--   KEYS[3] a set:   ids of reservations by the moment they were last looked at
--   KEYS[4]          the lock of who rebuilds
--   ARGV[1]          the moment in Unix ms, for tests; 0: the server's clock
--   ARGV[2]          the generation the caller knows of
local call = redis.call
local counters, times, open, lock = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local UNIT = 60000

-- A new one whenever a server starts or a replica is promoted: what was written under another may be lost in part.
local function server()
  return string.match(call('INFO', 'replication'), 'master_replid:(%x+)') or ''
end

local function is_lost(built_by, generation)
  return built_by ~= server() or tonumber(generation) < tonumber(ARGV[2]) or call('EXISTS', times) == 0
end

local function moment()
  if ARGV[1] ~= '0' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua's numbers are doubles, exact to 2^53 only: 9 million USD in nano-USD. Sums are kept by HINCRBY, which has 64 bits,
-- and compared in two halves of base 10^9, each far below 2^53.
local function halves(text)
  local length = #text
  if length <= 9 then return 0, tonumber(text) end
  return tonumber(string.sub(text, 1, length - 9)), tonumber(string.sub(text, length - 8))
end

local function sum(a, b)
  local ah, al = halves(a)
  local bh, bl = halves(b)
  local low = al + bl
  return ah + bh + math.floor(low / 1e9), low % 1e9
end

local function text_of(high, low)
  if high == 0 then return string.format('%.0f', low) end
  return string.format('%.0f%09.0f', high, low)
end

-- a - b, not below 0
local function minus(a, b)
  local ah, al = halves(a)
  local bh, bl = halves(b)
  local high, low = ah - bh, al - bl
  if low < 0 then high, low = high - 1, low + 1e9 end
  if high < 0 then return '0' end
  return text_of(high, low)
end

-- a + b + c <= most
local function fits(a, b, c, most)
  local high, low = sum(a, b)
  local ch, cl = halves(c)
  low = low + cl
  high, low = high + ch + math.floor(low / 1e9), low % 1e9
  local mh, ml = halves(most)
  return high < mh or (high == mh and low <= ml)
end

local function add(field, amount)
  if amount ~= '0' then call('HINCRBY', counters, field, amount) end
end

local function subtract(field, amount)
  if amount ~= '0' then call('HINCRBY', counters, field, '-' .. amount) end
end

-- A bucket now: what is taken of it, and when that is. A clock that goes back refills nothing.
local function refilled(taken, at, max, now)
  if not taken then return 0, now end
  taken, at = tonumber(taken), tonumber(at)
  if now <= at then return taken, at end
  return math.max(0, taken - max * math.min(now - at, UNIT)), now
end

local function keep_bucket(key, taken, at)
  call('HSET', counters, 't|' .. key, string.format('%.0f', taken), 'a|' .. key, string.format('%.0f', at))
  call('ZADD', times, at + 2 * UNIT, 'b|' .. key)
end

-- A reservation: { a call may follow it, reserved at, { key, kind, measure, amount, enforced, max }... }
local function reservation(id)
  local packed = call('HGET', counters, 'r|' .. id)
  return packed and cmsgpack.unpack(packed)
end

local function keep_reservation(id, held, at)
  call('HSET', counters, 'r|' .. id, cmsgpack.pack(held))
  call('ZADD', open, at, id)
end

-- Puts what was used in the place of what is held; what is nil counts as used whole.
local function settle(id, held, nano_usd, tokens, now)
  for i = 3, #held do
    local key, kind, measure, amount, _, max = unpack(held[i])
    local used = '0'
    if measure == 'usd' then used = nano_usd or amount elseif measure == 'tokens' then used = tokens or amount end
    if kind == 'bucket' then
      if measure == 'tokens' then
        local bucket = call('HMGET', counters, 't|' .. key, 'a|' .. key)
        local taken, at = refilled(bucket[1], bucket[2], tonumber(max), now)
        keep_bucket(key, math.max(0, taken - (tonumber(amount) - tonumber(used)) * UNIT), at)
      end
    else
      subtract('h|' .. key, amount)
      if kind == 'sum' then add('u|' .. key, used) end
    end
  end
  call('HDEL', counters, 'r|' .. id)
  call('ZREM', open, id)
end

-- Forgets a few counters of windows that are over; each call adds fewer than it may remove.
local function clean(now)
  for _, member in ipairs(call('ZRANGEBYSCORE', times, '-inf', now, 'LIMIT', 0, 8)) do
    local key = string.sub(member, 3)
    if string.sub(member, 1, 1) == 'b' then
      call('HDEL', counters, 't|' .. key, 'a|' .. key)
      call('ZREM', times, member)
    elseif (call('HGET', counters, 'h|' .. key) or '0') == '0' then
      call('HDEL', counters, 'u|' .. key, 'h|' .. key)
      call('ZREM', times, member)
    else
      call('ZADD', times, now + 3600000, member)
    end
  end
end

-- The counters asked, from ARGV[first] on in steps of seven: key, kind, measure, amount, enforced, max, end.
local function asked(first)
  local uses = {}
  for i = first, #ARGV, 7 do
    uses[#uses + 1] = { ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6] }
  end
  return uses
end

-- How the counters asked stand, as pairs that follow two other values; or an answer that says which must be rebuilt first.
local function look(uses)
  local fields = { 's', 'g' }
  for _, use in ipairs(uses) do
    local bucket = use[2] == 'bucket'
    fields[#fields + 1] = (bucket and 't|' or 'u|') .. use[1]
    fields[#fields + 1] = (bucket and 'a|' or 'h|') .. use[1]
  end
  local found = call('HMGET', counters, unpack(fields))
  if not found[2] or is_lost(found[1], found[2]) then return nil, { 'lost' } end
  local unknown = { 'unknown' }
  for i, use in ipairs(uses) do
    if use[2] ~= 'bucket' and not found[2 * i + 1] then unknown[#unknown + 1] = i - 1 end
  end
  if #unknown > 1 then return nil, unknown end
  return found
end

local function states(uses, found, now, answer)
  for i, use in ipairs(uses) do
    if use[2] == 'bucket' then
      answer[#answer + 1] = string.format('%.0f', math.ceil(refilled(found[2 * i + 1], found[2 * i + 2], tonumber(use[6]), now) / UNIT))
      answer[#answer + 1] = '0'
    else
      answer[#answer + 1] = found[2 * i + 1]
      answer[#answer + 1] = found[2 * i + 2] or '0'
    end
  end
  return answer
end
