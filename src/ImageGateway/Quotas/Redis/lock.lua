-- Takes the rebuild lock, which lasts two seconds and only on this server.   ARGV[3] its owner
if not call('SET', lock, ARGV[3] .. server(), 'NX', 'PX', 2000) then return { 'locked' } end
local generation = built()
return generation and { 'ok', generation } or { 'lost' }
