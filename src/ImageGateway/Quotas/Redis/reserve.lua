-- Holds the amounts when every counter has room for its own, or says which has none.
--   ARGV[3] 1: checks for room; 0, in tests, does not   [4] id, '' for none   [5] 1: a call follows, so it may no longer be
--   let go of by its age   [6] ms after which a tenant that asks nothing is forgotten, 0: never   [7...] counters
local uses = asked(7)
local found, answer = look(uses)
if not found then return answer end
local now, id, confirms = moment(), ARGV[4], ARGV[5] == '1'
local held = id ~= '' and reservation(id)
if held then
  if confirms and not held[1] then
    held[1] = true
    keep_reservation(id, held, now)
  end
  return states(uses, found, now, { 'ok', found[2], -1, 0 })
end
if ARGV[3] == '1' then
  for i, use in ipairs(uses) do
    local _, kind, _, amount, enforced, max = unpack(use)
    if enforced ~= '' then
      if kind == 'bucket' then
        local most, rate = tonumber(enforced) * UNIT, tonumber(max)
        local over = refilled(found[2 * i + 1], found[2 * i + 2], rate, now) + tonumber(amount) * UNIT - most
        if over > 0 then return states(uses, found, now, { 'ok', found[2], i - 1, math.max(1, math.ceil(over / rate)) }) end
      elseif not fits(found[2 * i + 1], found[2 * i + 2] or '0', amount, enforced) then
        return states(uses, found, now, { 'ok', found[2], i - 1, 0 })
      end
    end
  end
end
local reserved = { confirms, now }
for i, use in ipairs(uses) do
  local key, kind, measure, amount, enforced, max = unpack(use)
  if kind == 'bucket' then
    local taken, at = refilled(found[2 * i + 1], found[2 * i + 2], tonumber(max), now)
    taken = taken + tonumber(amount) * UNIT
    keep_bucket(key, taken, at)
    found[2 * i + 1], found[2 * i + 2] = taken, at
  else
    add('h|' .. key, amount)
    found[2 * i + 2] = text_of(sum(found[2 * i + 2] or '0', amount))
  end
  reserved[#reserved + 1] = { key, kind, measure, amount, enforced, max }
end
if id ~= '' then keep_reservation(id, reserved, now) end
clean(now)
if ARGV[6] ~= '0' then
  call('PEXPIRE', counters, ARGV[6])
  call('PEXPIRE', times, ARGV[6])
  call('PEXPIRE', open, ARGV[6])
end
return states(uses, found, now, { 'ok', found[2], -1, 0 })
