-- Takes room in a target's window of 60 s, which all replicas share, or tells in how many ms there is some.
--   KEYS[1] a list: what was taken, oldest first, as "ms calls pictures"   KEYS[2] a hash: the sums of the list
--   ARGV[1] the moment in Unix ms, for tests; 0: the server's clock
--   ARGV[2] calls   [3] the most calls, '' for any number   [4] pictures   [5] the most pictures, '' for any number
local LENGTH = 60000
local call = redis.call
local taken, sums = KEYS[1], KEYS[2]

local function parse(entry)
  local at, calls, pictures = string.match(entry, '(%d+) (%d+) (%d+)')
  return tonumber(at), tonumber(calls), tonumber(pictures)
end

-- More than the limit fits an empty window.
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
local wait = 0
local over_calls, over_pictures = over(calls, ARGV[2], ARGV[3]), over(pictures, ARGV[4], ARGV[5])
if over_calls > 0 or over_pictures > 0 then
  wait = LENGTH
  for _, entry in ipairs(call('LRANGE', taken, 0, -1)) do
    local at, some, more = parse(entry)
    over_calls, over_pictures = over_calls - some, over_pictures - more
    if over_calls <= 0 and over_pictures <= 0 then
      wait = math.max(1, at + LENGTH - now)
      break
    end
  end
else
  call('RPUSH', taken, string.format('%.0f %s %s', now, ARGV[2], ARGV[4]))
  calls, pictures = calls + tonumber(ARGV[2]), pictures + tonumber(ARGV[4])
end
call('HSET', sums, 'calls', calls, 'pictures', pictures)
call('PEXPIRE', taken, 2 * LENGTH)
call('PEXPIRE', sums, 2 * LENGTH)
return { 'ok', wait }
