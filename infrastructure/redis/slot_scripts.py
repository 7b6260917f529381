"""What happens to slots in Redis beside the picking of jobs, each in one script."""

from infrastructure.redis.queue_scripts import COMMON

TAKE = (
    COMMON
    + """
local places, job = cjson.decode(ARGV[1]), ARGV[2]
for taken, lanes in ipairs(places) do
  for _, each in ipairs(lanes) do redis.call('HSET', MOST, each[1], each[3]) end
  local lane = full(lanes)
  if lane then
    if job ~= '' then
      redis.call('ZREM', HELD, job)
      redis.call('HDEL', HOLDERS, job)
      local known = {}
      for _, each in ipairs(lanes) do
        if string.sub(each[1], 1, 10) ~= 'workspace:' then known[#known + 1] = each end
      end
      if #known > 0 then redis.call('HSET', LANES, job, cjson.encode(known)) end
      park(job, lane)
    end
    return taken - 1
  end
  take(lanes)
end
return #places
"""
)

TIDY = (
    COMMON
    + """
local patience, woken, wanted = tonumber(ARGV[1]), 0, {}
for _, lane in ipairs(redis.call('ZRANGE', WANTED, 0, 999)) do
  woken = woken + fill(lane)
  local since, knocked = redis.call('ZSCORE', WANTED, lane), tonumber(redis.call('HGET', KNOCKED, lane) or '0')
  if since and now - math.max(tonumber(since), knocked) >= patience then
    redis.call('HSET', KNOCKED, lane, now)
    for _, id in ipairs(redis.call('ZRANGE', PARKED .. lane, 0, 0)) do redis.call('HDEL', LANES, id) end
    woken = woken + wake(lane, 1)
  end
  if since then wanted[#wanted + 1] = {lane, now - since} end
end
if woken > 0 then redis.call('PUBLISH', WAKE, 'woken') end
return wanted
"""
)

CHANGED = (
    COMMON
    + """
local workspace, bound = ARGV[1], tonumber(ARGV[2])
redis.call('HSET', MOST, 'workspace:' .. workspace, bound)
for _, lane in ipairs(redis.call('ZRANGE', WANTED, 0, -1)) do
  if string.find(lane, ':' .. workspace, 1, true) then
    for _, id in ipairs(redis.call('ZRANGE', PARKED .. lane, 0, -1)) do redis.call('HDEL', LANES, id) end
    wake(lane, redis.call('ZCARD', PARKED .. lane))
  end
end
redis.call('PUBLISH', WAKE, 'woken')
return 1
"""
)

STATE = (
    COMMON
    + """
local found = {}
for place, lane in ipairs(ARGV) do
  local group = string.match(lane, '^workspace:(.+)$')
  local waiting = redis.call('ZCARD', PARKED .. lane)
  if group then waiting = waiting + redis.call('ZCARD', LINE .. group) end
  found[place] = {used(lane), most(lane) or -1, waiting}
end
return found
"""
)

LENGTHS = (
    COMMON
    + """
local later, held = redis.call('ZCARD', LATER), redis.call('ZCARD', HELD)
local parked = {workspace = 0, agent = 0, provider = 0, workflow = 0}
local total = 0
for _, lane in ipairs(redis.call('ZRANGE', WANTED, 0, 9999)) do
  local kind, number = string.match(lane, '^(%a+):'), redis.call('ZCARD', PARKED .. lane)
  if parked[kind] then parked[kind] = parked[kind] + number end
  total = total + number
end
parked.worker = math.max(0, redis.call('ZCARD', JOBS) - later - held - total)
parked.moment = later
return cjson.encode(parked)
"""
)
