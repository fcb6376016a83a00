-- Takes capacity in a target's 60-s window, which all replicas share, for waiting calls, or tells each in how many ms there is
-- some.
--   KEYS[1] a list: what was taken, oldest first, as "ms calls images"   KEYS[2] a hash: the sums of the list
--   ARGV[1] the time in Unix ms, for tests; 0: the server's clock
--   then for each: 4, calls, maximum calls, '' for unlimited, images, maximum images, '' for unlimited
local LENGTH = 60000
local call = redis.call
local taken, sums = KEYS[1], KEYS[2]

local function parse(entry)
  local at, calls, pictures = string.match(entry, '(%d+) (%d+) (%d+)')
  return tonumber(at), tonumber(calls), tonumber(pictures)
end

-- More than the limit fits into an empty window.
local function over(used, count, most)
  if most == '' then return 0 end
  return used + math.min(tonumber(count), tonumber(most)) - tonumber(most)
end

local now = tonumber(ARGV[1])
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local state = call('HMGET', sums, 'calls', 'pictures')
local calls, pictures = tonumber(state[1] or 0), tonumber(state[2] or 0)
local oldest = call('LINDEX', taken, 0)
if not oldest then calls, pictures = 0, 0 end
while oldest do
  local at, some, more = parse(oldest)
  if at > now - LENGTH then break end
  calls, pictures = math.max(0, calls - some), math.max(0, pictures - more)
  call('LPOP', taken)
  oldest = call('LINDEX', taken, 0)
end

-- Everything taken here is taken at the same time, as one entry of the list.
local new_calls, new_pictures, entries = 0, 0, nil

local function take(more_calls, most_calls, more_pictures, most_pictures)
  local over_calls = over(calls + new_calls, more_calls, most_calls)
  local over_pictures = over(pictures + new_pictures, more_pictures, most_pictures)
  if over_calls <= 0 and over_pictures <= 0 then
    new_calls, new_pictures = new_calls + tonumber(more_calls), new_pictures + tonumber(more_pictures)
    return 0
  end
  entries = entries or call('LRANGE', taken, 0, -1)
  for _, entry in ipairs(entries) do
    local at, some, more = parse(entry)
    over_calls, over_pictures = over_calls - some, over_pictures - more
    if over_calls <= 0 and over_pictures <= 0 then return math.max(1, at + LENGTH - now) end
  end
  return LENGTH
end

local answers = {}
for at = 2, #ARGV, 5 do
  answers[#answers + 1] = { 'ok', take(ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]) }
end
if new_calls > 0 or new_pictures > 0 then
  call('RPUSH', taken, string.format('%.0f %.0f %.0f', now, new_calls, new_pictures))
end
call('HSET', sums, 'calls', calls + new_calls, 'pictures', pictures + new_pictures)
call('PEXPIRE', taken, 2 * LENGTH)
call('PEXPIRE', sums, 2 * LENGTH)
return answers
