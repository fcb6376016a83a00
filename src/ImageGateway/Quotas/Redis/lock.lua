-- Takes the lock of who rebuilds, which lasts for two seconds and on this server only.   ARGV[3] who
if not call('SET', lock, ARGV[3] .. server(), 'NX', 'PX', 2000) then return { 'locked' } end
local generation = built()
return generation and { 'ok', generation } or { 'lost' }
