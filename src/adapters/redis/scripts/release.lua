-- Gives an actor up; a successor's entry does not match and stays.   KEYS entry   ARGV me, epoch.   Gives 1 or 0.
local entry = redis.call('HMGET', KEYS[1], 'own', 'ep')
if entry[1] ~= ARGV[1] or entry[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
