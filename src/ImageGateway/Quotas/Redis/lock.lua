-- Takes the lock of who rebuilds, which lasts for two seconds and on this server only.   ARGV[3] who
if not call('SET', lock, ARGV[3] .. server(), 'NX', 'PX', 2000) then return { 'locked' } end
local state = call('HMGET', counters, 's', 'g')
if state[2] and not is_lost(state[1], state[2]) then return { 'ok', state[2] } end
return { 'lost' }
