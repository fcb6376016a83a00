-- The requested counters, from ARGV[first] to ARGV[last] in steps of seven: key, kind, measure, amount, enforced, max, end.
local function asked(first, last)
  local uses = {}
  for i = first, last, 7 do
    uses[#uses + 1] = { ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6] }
  end
  return uses
end

-- Two values per counter; or a result that names the counters to build first.
local function look(uses)
  local fields, unknown = {}, { 'unknown' }
  for _, use in ipairs(uses) do
    local bucket = use[2] == 'bucket'
    fields[#fields + 1] = (bucket and 't|' or 'u|') .. use[1]
    fields[#fields + 1] = (bucket and 'a|' or 'h|') .. use[1]
  end
  local found = #fields > 0 and call('HMGET', counters, unpack(fields)) or fields
  for i, use in ipairs(uses) do
    if use[2] ~= 'bucket' and not found[2 * i - 1] then unknown[#unknown + 1] = i - 1 end
  end
  if #unknown > 1 then return nil, unknown end
  return found
end

local function states(uses, found, now, answer)
  for i, use in ipairs(uses) do
    if use[2] == 'bucket' then
      answer[#answer + 1] = string.format('%.0f', math.ceil(refilled(found[2 * i - 1], found[2 * i], tonumber(use[6]), now) / UNIT))
      answer[#answer + 1] = '0'
    else
      answer[#answer + 1] = found[2 * i - 1]
      answer[#answer + 1] = found[2 * i] or '0'
    end
  end
  return answer
end

-- The state of counters.   first... counters
local function read(generation, now, first, last)
  local uses = asked(first, last)
  local found, answer = look(uses)
  if not found then return answer end
  return states(uses, found, now, { 'ok', generation, -1, 0 })
end
