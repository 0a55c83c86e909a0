-- The claimed actor works under an epoch of the store's.
-- KEYS entry   ARGV me, epoch, entry ms.   Gives 1, or 0: somebody else has it.
local entry = redis.call('HMGET', KEYS[1], 'own', 'st')
if entry[1] ~= ARGV[1] or entry[2] ~= 'claiming' then return 0 end
redis.call('HSET', KEYS[1], 'ep', ARGV[2], 'st', 'active')
redis.call('HDEL', KEYS[1], 'cdl')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
