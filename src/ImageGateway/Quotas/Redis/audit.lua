-- Returns the ids of some reservations that were not audited lately; for each, 1 when it is older than a lease, else 0.
--   ARGV[3] the lease in ms   [4] "lately" in ms
local generation = built()
if not generation then return { 'lost' } end
local now = moment()
local ids = { 'ok', generation }
for _, id in ipairs(call('ZRANGEBYSCORE', open, '-inf', now - tonumber(ARGV[4]), 'LIMIT', 0, 256)) do
  local held = reservation(id)
  if not held then
    call('ZREM', open, id)
  else
    ids[#ids + 1] = id
    ids[#ids + 1] = held[2] <= now - tonumber(ARGV[3]) and 1 or 0
    call('ZADD', open, now, id)
  end
end
return ids
