-- How counters stand.   ARGV[3...] counters
local uses = asked(3)
local found, answer = look(uses)
if not found then return answer end
return states(uses, found, moment(), { 'ok', found[2], -1, 0 })
