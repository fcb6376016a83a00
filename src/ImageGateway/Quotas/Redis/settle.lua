-- Settles a reservation.   ARGV[3] id   [4] nano-USD used   [5] output tokens used, '' for as many as were held
--   [6] 1: takes a reservation back that nobody knew to be granted; not one that a call may have followed
local found, answer = look({})
if not found then return answer end
local held = reservation(ARGV[3])
if not held or (ARGV[6] == '1' and held[1]) then return { 'ok', found[2], 0 } end
local tokens = ARGV[5]
if tokens == '' then tokens = nil end
local now = moment()
settle(ARGV[3], held, ARGV[4], tokens, now)
clean(now)
return { 'ok', found[2], 1 }
