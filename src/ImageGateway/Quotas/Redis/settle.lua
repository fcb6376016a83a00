-- Sums of amounts by field, in halves, so that many settlements of one counter are one change.
local function tally(totals, field, amount)
  local high, low = halves(amount)
  local total = totals[field]
  if total then
    total[1], total[2] = total[1] + high, total[2] + low
  else
    totals[field] = { high, low }
  end
end

local function apply(totals, sign)
  for field, total in pairs(totals) do
    local amount = text_of(total[1] + math.floor(total[2] / 1e9), total[2] % 1e9)
    if amount ~= '0' then call('HINCRBY', counters, field, sign .. amount) end
  end
end

-- Returns reserved but unused amounts to buckets; negative when more was used.
local function give_back(buckets, now)
  local fields = {}
  for key, bucket in pairs(buckets) do
    local state = call('HMGET', counters, 't|' .. key, 'a|' .. key)
    local taken, at = refilled(state[1], state[2], bucket.max, now)
    keep_bucket(fields, key, math.max(0, taken - bucket.back * UNIT), at, state[2])
  end
  write(fields)
end

-- Replaces the reserved amounts of many reservations with the used ones, in one step; answers 1 for an existing one, else 0.
--   for each job   [1] id   [2] nano-USD used   [3] output tokens used, '' for as many as were reserved
--   [4] 1: cancels a reservation whose grant was uncertain; not one that a call may have followed
local function settle(jobs, now)
  local names, gone, ids = {}, {}, {}
  local more, less, buckets = {}, {}, {}
  for i, job in ipairs(jobs) do names[i] = 'r|' .. job[1] end
  local packed = call('HMGET', counters, unpack(names))
  for i, job in ipairs(jobs) do
    local id, nano_usd, tokens, back = unpack(job)
    local held = packed[i] and not gone[id] and cmsgpack.unpack(packed[i])
    job.settled = held and not (back == '1' and held[1]) and 1 or 0
    for place = 3, job.settled == 1 and #held or 0 do
      local key, kind, measure, amount, _, max = unpack(held[place])
      local used = measure == 'usd' and nano_usd or measure == 'tokens' and (tokens == '' and amount or tokens) or '0'
      if kind ~= 'bucket' then
        tally(less, 'h|' .. key, amount)
        if kind == 'sum' then tally(more, 'u|' .. key, used) end
      elseif measure == 'tokens' then
        local bucket = buckets[key] or { max = tonumber(max), back = 0 }
        bucket.back = bucket.back + tonumber(amount) - tonumber(used)
        buckets[key] = bucket
      end
    end
    if job.settled == 1 then
      gone[id] = true
      ids[#ids + 1] = id
      names[#ids] = 'r|' .. id
    end
  end
  if #ids == 0 then return end
  apply(less, '-')
  apply(more, '')
  give_back(buckets, now)
  call('HDEL', counters, unpack(names, 1, #ids))
  call('ZREM', open, unpack(ids))
end
