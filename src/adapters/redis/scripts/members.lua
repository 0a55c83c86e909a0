-- Everyone who is known, dead or alive, and the time by which to judge.
-- KEYS members, about (see node.lua)   ARGV how long the dead are remembered, ms
-- Gives {now, incarnation, end of its lease, JSON about it, incarnation, ...}.
-- Who was declared dead keeps score 0 and loses its place with the first look an hour after its lease would have ended;
-- since that moment is not known any more, the hash remembers it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local out = {now}
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  local about = redis.call('HGET', KEYS[2], all[i]) or '{}'
  local ends = tonumber(all[i + 1])
  if ends <= now then
    local known, seen = pcall(cjson.decode, about)
    local died = known and tonumber(seen.died) or nil
    if not died then
      redis.call('HSET', KEYS[2], all[i], cjson.encode({died = now}))
    elseif died + tonumber(ARGV[1]) <= now then
      redis.call('ZREM', KEYS[1], all[i])
      redis.call('HDEL', KEYS[2], all[i])
    end
  end
  out[#out + 1] = all[i]
  out[#out + 1] = tostring(ends)
  out[#out + 1] = about
end
return out
