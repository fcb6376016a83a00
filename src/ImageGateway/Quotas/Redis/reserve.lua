-- Holds the amounts when every counter has room for them, or says which has none.
--   ARGV[3] 1: checks for room; 0, in tests, does not   [4] id, '' for none   [5] 1: holds at least these amounts, so that what
--   a reservation holds less is added to it, if all that is held then fits; 0: one that is there stays as it is   [6] ms after which a tenant that asks
--   nothing is forgotten, 0: never   [7...] counters
local uses = asked(7)
local found, answer = look(uses)
if not found then return answer end
local now, id, covers = moment(), ARGV[4], ARGV[5] == '1'
local held = id ~= '' and reservation(id)
if held and not covers then return states(uses, found, now, { 'ok', found[2], -1, 0 }) end
local places = {}
if held then
  for i = 3, #held do places[held[i][1]] = held[i] end
  for _, use in ipairs(uses) do
    local has = places[use[1]]
    use.more = has and minus(use[4], has[4]) or use[4]
  end
end
if ARGV[3] == '1' then
  for i, use in ipairs(uses) do
    local _, kind, _, amount, enforced, max = unpack(use)
    amount = use.more or amount
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
local reserved = held or { covers, now }
reserved[1] = covers
for i, use in ipairs(uses) do
  local key, kind, measure, amount, enforced, max = unpack(use)
  local more = use.more or amount
  if kind == 'bucket' then
    local taken, at = refilled(found[2 * i + 1], found[2 * i + 2], tonumber(max), now)
    taken = taken + tonumber(more) * UNIT
    keep_bucket(key, taken, at)
    found[2 * i + 1], found[2 * i + 2] = taken, at
  else
    add('h|' .. key, more)
    found[2 * i + 2] = text_of(sum(found[2 * i + 2] or '0', more))
  end
  if not places[key] then
    reserved[#reserved + 1] = { key, kind, measure, amount, enforced, max }
  elseif more ~= '0' then
    places[key][4] = amount
  end
end
if id ~= '' then keep_reservation(id, reserved, now) end
clean(now)
if ARGV[6] ~= '0' then
  call('PEXPIRE', counters, ARGV[6])
  call('PEXPIRE', times, ARGV[6])
  call('PEXPIRE', open, ARGV[6])
end
return states(uses, found, now, { 'ok', found[2], -1, 0 })
