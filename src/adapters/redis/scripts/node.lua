-- Joins, stays, leaves: a node's lease on being alive.
-- KEYS members (sorted set: incarnation -> end of its lease, ms by this server's clock; 0 = declared dead)
--      about   (hash: incarnation -> JSON about it)
-- ARGV op (join | come_back | beat | leave), incarnation, lease ms, JSON about it, name of the node
-- Gives {1 or 0, now}.
-- Death is sticky: a lease that has ended is never renewed, so that whoever saw it dead may rely on that for ever.
-- Whoever joins ends the leases of earlier processes of the same name: a supervisor has restarted it. Whoever comes back
-- under a new incarnation ends nobody: should the name be another process' by mistake, they would end each other for ever.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local op, me, lease, about, name = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local ends = redis.call('ZSCORE', KEYS[1], me)
if op == 'come_back' then
  if ends then return {0, now} end
elseif op == 'join' then
  if ends then return {0, now} end
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if cjson.decode(all[i + 1]).node == name then redis.call('ZADD', KEYS[1], 0, all[i]) end
  end
elseif not ends or tonumber(ends) <= now then
  return {0, now}
end
if op == 'leave' then
  redis.call('ZADD', KEYS[1], 0, me)
  return {1, now}
end
redis.call('ZADD', KEYS[1], now + lease, me)
redis.call('HSET', KEYS[2], me, about)
return {1, now}
