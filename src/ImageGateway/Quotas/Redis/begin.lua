-- Initialises counters from the ledger, which was read under the lock. If all counters are lost, or were built by another
-- server or before this generation, everything of the tenant is deleted first.
--   ARGV[3] the owner of the lock   [4] as [3] of calls.lua   [5] number of counters; each one's key, end, settled amount
--   then for each open job: id, number of counters; each one's key, kind, measure, amount, enforced, max
local owner = call('GET', lock)
if owner ~= ARGV[3] .. server() then return { 'locked' } end
local now = moment()
if not built() then
  call('DEL', counters, times, open)
  call('HSET', counters, 's', server(), 'g', ARGV[2], 'b', string.format('%.0f', now))
  call('ZADD', times, '+inf', 'built')
end
local fresh, at = {}, 6
for _ = 1, tonumber(ARGV[5]) do
  local key, ends, settled = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if call('HSETNX', counters, 'u|' .. key, settled) == 1 then
    call('HSET', counters, 'h|' .. key, '0')
    if ends ~= '' then call('ZADD', times, math.max(now, tonumber(ends)) + 3600000, 'c|' .. key) end
    fresh[key] = true
  end
  at = at + 3
end
while at < #ARGV do
  local id, count = ARGV[at], tonumber(ARGV[at + 1])
  at = at + 2
  local held, changed = reservation(id) or { true, now }, false
  for _ = 1, count do
    if fresh[ARGV[at]] then
      call('HINCRBY', counters, 'h|' .. ARGV[at], ARGV[at + 3])
      held[#held + 1] = { ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5] }
      changed = true
    end
    at = at + 6
  end
  if changed then
    held[1] = true
    local fields = {}
    keep_reservation(fields, id, held, now)
    write(fields)
  end
end
keep_tenant(ARGV[4])
call('DEL', lock)
return { 'ok', call('HGET', counters, 'g') }
