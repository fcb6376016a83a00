-- The amounts to add to the counters: everything requested, or what the reservation lacks.
local function missing(uses, held)
  local places = {}
  for i = 3, #held do places[held[i][1]] = held[i] end
  for _, use in ipairs(uses) do
    local has = places[use[1]]
    use.more = has and minus(use[4], has[4]) or use[4]
  end
  return places
end

-- The index of a counter without room, and in how many ms it has room; nil when all have. The first sum without room, because
-- waiting does not help there; else the counter that takes longest.
local function refusing(uses, found, now)
  local place, longest
  for i, use in ipairs(uses) do
    local _, kind, _, _, enforced, max = unpack(use)
    if enforced ~= '' then
      if kind == 'bucket' then
        local most, rate = tonumber(enforced) * UNIT, tonumber(max)
        local over = refilled(found[2 * i - 1], found[2 * i], rate, now) + tonumber(use.more) * UNIT - most
        local wait = math.max(1, math.ceil(over / rate))
        if over > 0 and wait > (longest or 0) then place, longest = i - 1, wait end
      elseif not fits(found[2 * i - 1], found[2 * i] or '0', use.more, enforced) then
        if kind == 'sum' then return i - 1, 0 end
        if not place then place, longest = i - 1, 0 end
      end
    end
  end
  return place, longest
end

-- Reserves the amounts if every counter has room for them, or reports which has none.
--   first   1: checks for room; 0, in tests, does not   + 1   id, '' for none   + 2   1: reserves at least these amounts: what
--   a reservation lacks is added to it, if everything then fits; 0: an existing reservation stays unchanged
--   + 3...   counters
local function reserve(generation, now, first, last)
  local id, covers, uses = ARGV[first + 1], ARGV[first + 2] == '1', asked(first + 3, last)
  local found, answer = look(uses)
  if not found then return answer end
  local held = id ~= '' and reservation(id)
  if held and not covers then return states(uses, found, now, { 'ok', generation, -1, 0 }) end
  local places = missing(uses, held or {})
  if ARGV[first] == '1' then
    local place, wait = refusing(uses, found, now)
    if place then return states(uses, found, now, { 'ok', generation, place, wait }) end
  end
  local fields, reserved = {}, held or { covers, now }
  reserved[1] = covers
  for i, use in ipairs(uses) do
    local key, kind, measure, amount, enforced, max = unpack(use)
    if kind == 'bucket' then
      local before = found[2 * i]
      local taken, at = refilled(found[2 * i - 1], before, tonumber(max), now)
      taken = taken + tonumber(use.more) * UNIT
      keep_bucket(fields, key, taken, at, before)
      found[2 * i - 1], found[2 * i] = taken, at
    else
      found[2 * i] = text_of(sum(found[2 * i] or '0', use.more))
      set(fields, 'h|' .. key, found[2 * i])
    end
    if not places[key] then
      reserved[#reserved + 1] = { key, kind, measure, amount, enforced, max }
    elseif use.more ~= '0' then
      places[key][4] = amount
    end
  end
  if id ~= '' then keep_reservation(fields, id, reserved, now) end
  write(fields)
  return states(uses, found, now, { 'ok', generation, -1, 0 })
end
