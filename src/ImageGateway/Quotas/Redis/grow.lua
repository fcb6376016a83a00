-- Holds more for a reservation.   ARGV[3] as in reserve   [4] id   [5] nano-USD   [6] output tokens
local found, answer = look({})
if not found then return answer end
local now, id = moment(), ARGV[4]
local held = reservation(id)
if not held then return { 'ok', found[2], 0 } end
local more = { usd = ARGV[5], tokens = ARGV[6] }
for i = 3, #held do
  local key, kind, measure, _, enforced, max = unpack(held[i])
  local amount = more[measure] or '0'
  if ARGV[3] == '1' and enforced ~= '' and amount ~= '0' then
    if kind == 'bucket' then
      local bucket = call('HMGET', counters, 't|' .. key, 'a|' .. key)
      if refilled(bucket[1], bucket[2], tonumber(max), now) + tonumber(amount) * UNIT > tonumber(enforced) * UNIT then return { 'ok', found[2], 0 } end
    else
      local state = call('HMGET', counters, 'u|' .. key, 'h|' .. key)
      if not fits(state[1], state[2], amount, enforced) then return { 'ok', found[2], 0 } end
    end
  end
end
for i = 3, #held do
  local key, kind, measure, amount, _, max = unpack(held[i])
  local grown = more[measure] or '0'
  if kind == 'bucket' then
    local bucket = call('HMGET', counters, 't|' .. key, 'a|' .. key)
    local taken, at = refilled(bucket[1], bucket[2], tonumber(max), now)
    keep_bucket(key, taken + tonumber(grown) * UNIT, at)
  else
    add('h|' .. key, grown)
  end
  held[i][4] = text_of(sum(amount, grown))
end
keep_reservation(id, held, now)
return { 'ok', found[2], 1 }
