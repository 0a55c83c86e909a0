-- Keeps an entry from growing old.   KEYS entry   ARGV me, epoch, entry ms.   Gives 1, or 0: it is not ours any more.
local entry = redis.call('HMGET', KEYS[1], 'own', 'ep')
if entry[1] ~= ARGV[1] or entry[2] ~= ARGV[2] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
