-- Code that the scripts share; it precedes each of them. All keys belong to one tenant and have its hash tag.
--   KEYS[1] a hash:  s server, g generation, b when it was built; for each counter u|KEY used and h|KEY reserved, or, for a
--                    bucket, t|KEY taken in 1/60000 and a|KEY the time of that; r|ID a reservation
--   KEYS[2] a set:   counters by the time they may be forgotten; never empty while the hash exists
--   KEYS[3] a set:   ids of reservations by the time they were last audited
--   KEYS[4]          the lock of the rebuilding process
--   ARGV[1]          the time in Unix ms, for tests; 0: the server's clock
--   ARGV[2]          the latest generation the caller knows
local call = redis.call
local counters, times, open, lock = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local UNIT = 60000

-- New whenever a server starts or a replica is promoted: writes under another id may be partly lost.
local function server()
  return string.match(call('INFO', 'replication'), 'master_replid:(%x+)') or ''
end

-- The generation of the counters; nil if they are lost, another server's, or older than what the caller knows.
local function built()
  local state = call('HMGET', counters, 's', 'g')
  if not state[2] or state[1] ~= server() or tonumber(state[2]) < tonumber(ARGV[2]) or call('EXISTS', times) == 0 then return nil end
  return state[2]
end

local function moment()
  if ARGV[1] ~= '0' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua's numbers are doubles, exact only to 2^53: 9 million USD in nano-USD. Sums are kept with HINCRBY, which has 64 bits, and
-- compared in two halves of base 10^9, each far below 2^53.
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

-- Fields that are written together at the end of a step.
local function set(fields, name, value)
  fields[#fields + 1] = name
  fields[#fields + 1] = value
end

local function write(fields)
  if #fields > 0 then call('HSET', counters, unpack(fields)) end
end

local function keep_tenant(idle_ms)
  if idle_ms == '0' then return end
  call('PEXPIRE', counters, idle_ms)
  call('PEXPIRE', times, idle_ms)
  call('PEXPIRE', open, idle_ms)
end

-- A bucket's current level, and the time of it. A clock that goes back refills nothing.
local function refilled(taken, at, max, now)
  if not taken then return 0, now end
  taken, at = tonumber(taken), tonumber(at)
  if now <= at then return taken, at end
  return math.max(0, taken - max * math.min(now - at, UNIT)), now
end

-- Writes a bucket that was last changed at the time `before`, which is nil for a new one. It may be forgotten when it is full
-- again; that time is updated once a minute.
local function keep_bucket(fields, key, taken, at, before)
  if not before or math.floor(before / UNIT) ~= math.floor(at / UNIT) then
    call('ZADD', times, (math.floor(at / UNIT) + 3) * UNIT, 'b|' .. key)
  end
  set(fields, 't|' .. key, string.format('%.0f', taken))
  set(fields, 'a|' .. key, string.format('%.0f', at))
end

-- A reservation: { a call may follow it, reserved at, { key, kind, measure, amount, enforced, max }... }
local function reservation(id)
  local packed = call('HGET', counters, 'r|' .. id)
  return packed and cmsgpack.unpack(packed)
end

local function keep_reservation(fields, id, held, at)
  set(fields, 'r|' .. id, cmsgpack.pack(held))
  call('ZADD', open, at, id)
end

-- Forgets some counters of past windows.
local function clean(now, most)
  for _, member in ipairs(call('ZRANGEBYSCORE', times, '-inf', now, 'LIMIT', 0, most)) do
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
