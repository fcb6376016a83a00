-- Runs a tenant's waiting calls and answers each: first those that release amounts, then the others in their order.
--   ARGV[3] ms after which an idle tenant is forgotten, 0: never
--   [4...] for each call: the number of its arguments, then 'settle', 'reserve' or 'read' and its own arguments
local generation, now = built(), moment()
local answers, settled, others, places, at = {}, {}, {}, {}, 4
local writes = false
while at < #ARGV do
  local last = at + tonumber(ARGV[at])
  answers[#answers + 1] = { 'lost' }
  if ARGV[at + 1] == 'settle' then
    settled[#settled + 1] = { ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5] }
    places[#settled] = #answers
  else
    writes = writes or ARGV[at + 1] == 'reserve'
    others[#others + 1] = { #answers, ARGV[at + 1] == 'reserve' and reserve or read, at + 2, last }
  end
  at = last + 1
end
if not generation then return answers end
if #settled > 0 then settle(settled, now) end
for i, job in ipairs(settled) do answers[places[i]] = { 'ok', generation, job.settled } end
for _, one in ipairs(others) do answers[one[1]] = one[2](generation, now, one[3], one[4]) end
-- Reads alone do not need a server that accepts writes.
if writes or #settled > 0 then
  clean(now, 8 * #answers)
  keep_tenant(ARGV[3])
end
return answers
