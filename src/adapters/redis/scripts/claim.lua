-- Takes an actor, or says who has it.
-- KEYS entry (hash: own incarnation, ep epoch, st claiming | active, cdl end of the claim in ms)
-- ARGV me, claim ms, entry ms, and the owner and epoch that were seen dead (or two empty texts)
-- Gives {1} if it is taken, else {0, owner, epoch}.
-- It is taken if nobody has it, if a claim was never confirmed in time, if its owner is still the one seen dead, or if
-- it is ours already: then back to claiming, so that a late release of our earlier actor does not match.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entry = redis.call('HMGET', KEYS[1], 'own', 'ep', 'st', 'cdl')
local own, ep, st, cdl = entry[1], entry[2], entry[3], entry[4]
local free = not own or own == ARGV[1]
  or (st == 'claiming' and tonumber(cdl) <= now)
  or (ARGV[4] ~= '' and own == ARGV[4] and ep == ARGV[5])
if not free then return {0, own, ep} end
redis.call('HSET', KEYS[1], 'own', ARGV[1], 'ep', '0', 'st', 'claiming', 'cdl', now + tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1}
