-- Lets go of reservations that no call followed for long, and tells the ids of some that one may have followed and that were
-- not looked at lately.   ARGV[3] ms of the first   [4] ms of the second
local found, answer = look({})
if not found then return answer end
local now = moment()
local ids = { 'ok', found[2] }
for _, id in ipairs(call('ZRANGEBYSCORE', open, '-inf', now - tonumber(ARGV[4]), 'LIMIT', 0, 256)) do
  local held = reservation(id)
  if not held then
    call('ZREM', open, id)
  elseif held[1] then
    ids[#ids + 1] = id
    call('ZADD', open, now, id)
  elseif held[2] <= now - tonumber(ARGV[3]) then
    settle(id, held, '0', '0', now)
  else
    call('ZADD', open, now, id)
  end
end
return ids
