"""What happens to jobs and slots in Redis, each in one script, so that a crash leaves nothing half done.

`z2:jobs` has every job with its place in the order: when it is due, earlier or later by its priority. Besides, a job is
in one of four places: `later` until it is due, the `line` of its workspace, `parked` at a lane that is full, or `held`
by a worker until its hold lapses. A lane is a set of holders, each with the moment at which it lapses unless renewed.
"""

COMMON = """
local WAKE = 'z2:jobs:wake'
local JOBS, LATER, HELD, ROTA = 'z2:jobs', 'z2:jobs:later', 'z2:jobs:held', 'z2:jobs:rota'
local BODIES, GROUPS, LANES, HOLDERS = 'z2:jobs:bodies', 'z2:jobs:groups', 'z2:jobs:lanes', 'z2:jobs:holders'
local LINE, PARKED, SLOTS = 'z2:jobs:line:', 'z2:jobs:parked:', 'z2:slots:of:'
local WANTED, MOST, RUNS, KNOCKED = 'z2:slots:wanted', 'z2:slots:most', 'z2:slots:runs', 'z2:slots:knocked'

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function used(lane)
  redis.call('ZREMRANGEBYSCORE', SLOTS .. lane, '-inf', now)
  return redis.call('ZCARD', SLOTS .. lane)
end

local function most(lane)
  return tonumber(redis.call('HGET', MOST, lane))
end

local function wait(id)
  local order = redis.call('ZSCORE', JOBS, id)
  if not order then return end
  local group = redis.call('HGET', GROUPS, id) or ''
  redis.call('ZADD', LINE .. group, order, id)
  redis.call('ZADD', ROTA, 'NX', now, group)
end

local function park(id, lane)
  local order = redis.call('ZSCORE', JOBS, id)
  if not order then return end
  redis.call('ZADD', PARKED .. lane, order, id)
  redis.call('ZADD', WANTED, 'NX', now, lane)
end

local function wake(lane, number)
  local ids = redis.call('ZRANGE', PARKED .. lane, 0, number - 1)
  for _, id in ipairs(ids) do
    redis.call('ZREM', PARKED .. lane, id)
    wait(id)
  end
  if redis.call('EXISTS', PARKED .. lane) == 0 then
    redis.call('ZREM', WANTED, lane)
    redis.call('HDEL', KNOCKED, lane)
  end
  return #ids
end

local function fill(lane)
  if not redis.call('ZSCORE', WANTED, lane) then return 0 end
  local free = (most(lane) or 1) - used(lane)
  if free <= 0 then return 0 end
  return wake(lane, math.min(free, 1000))
end

local function full(lanes)
  for _, each in ipairs(lanes) do
    local lane, holder = each[1], each[2]
    if used(lane) >= (most(lane) or each[3]) and not redis.call('ZSCORE', SLOTS .. lane, holder) then return lane end
  end
end

local function take(lanes)
  for _, each in ipairs(lanes) do
    redis.call('ZADD', SLOTS .. each[1], now + each[4], each[2])
    if each[5] then redis.call('HSET', RUNS, each[2], each[1]) end
  end
end

local function give_back(lane, holder)
  redis.call('ZREM', SLOTS .. lane, holder)
  return fill(lane)
end
"""

ENQUEUE = (
    COMMON
    + """
local new, last = 0, nil
for at = 1, #ARGV, 5 do
  local id, body, group, earlier = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local due = tonumber(ARGV[at + 4]) or now
  if redis.call('HSETNX', BODIES, id, body) == 1 then
    new, last = new + 1, id
    if group ~= '' then redis.call('HSET', GROUPS, id, group) end
    redis.call('ZADD', JOBS, due - earlier, id)
    if due > now then redis.call('ZADD', LATER, due, id) else wait(id) end
  end
end
if last then redis.call('PUBLISH', WAKE, last) end
return new
"""
)

PICK = (
    COMMON
    + """
local want, token, hold, usual = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

for _, id in ipairs(redis.call('ZRANGEBYSCORE', LATER, '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', LATER, id)
  wait(id)
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', HELD, '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', HELD, id)
  redis.call('HDEL', HOLDERS, id)
  wait(id)
end

local open = {}
local function head(each)
  local first = redis.call('ZRANGE', LINE .. each.group, 0, 0, 'WITHSCORES')
  each.id, each.order = first[1], tonumber(first[2])
  if not each.id then redis.call('ZREM', ROTA, each.group) end
  return each.id and each.running < each.most
end
for _, group in ipairs(redis.call('ZRANGE', ROTA, 0, 499)) do
  local each = {group = group, running = 0, most = math.huge}
  if group ~= '' then
    each.running = used('workspace:' .. group)
    each.most = most('workspace:' .. group) or usual
  end
  if head(each) then
    open[#open + 1] = each
  elseif each.id then
    redis.call('ZADD', ROTA, 'XX', now, group)
  end
end

local function first()
  local best
  for place, each in ipairs(open) do
    local other = best and open[best]
    if not other or each.running < other.running or (each.running == other.running and each.order < other.order) then
      best = place
    end
  end
  return best
end

local picked, looked = {}, 0
while #picked < want and #open > 0 and looked < 1000 do
  looked = looked + 1
  local place = first()
  local each = open[place]
  local id = each.id
  redis.call('ZREM', LINE .. each.group, id)
  local known = redis.call('HGET', LANES, id)
  local lanes = known and cjson.decode(known) or {}
  local lane = full(lanes)
  if lane then
    park(id, lane)
  else
    take(lanes)
    if each.group ~= '' then
      redis.call('ZADD', SLOTS .. 'workspace:' .. each.group, now + hold, id)
      each.running = each.running + 1
    end
    redis.call('ZADD', HELD, now + hold, id)
    redis.call('HSET', HOLDERS, id, token)
    redis.call('ZADD', ROTA, 'XX', now, each.group)
    local bound = each.group == '' and -1 or each.most
    picked[#picked + 1] = {id, redis.call('HGET', BODIES, id) or '', each.group, bound}
  end
  if not head(each) then table.remove(open, place) end
end

local left = first()
if left then left = open[left] end
return {picked, left and {left.group, left.running, now - left.order} or false, redis.call('ZCARD', ROTA)}
"""
)

SETTLE = (
    COMMON
    + """
local token, done, back, slots = ARGV[1], cjson.decode(ARGV[2]), cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
local woken = 0
local function mine(id)
  local holder = redis.call('HGET', HOLDERS, id)
  return not holder or holder == token
end
for _, id in ipairs(done) do
  if mine(id) then
    redis.call('ZREM', LINE .. (redis.call('HGET', GROUPS, id) or ''), id)
    for _, key in ipairs({JOBS, HELD, LATER}) do redis.call('ZREM', key, id) end
    for _, key in ipairs({BODIES, GROUPS, LANES, HOLDERS}) do redis.call('HDEL', key, id) end
  end
end
for _, id in ipairs(back) do
  if redis.call('HGET', HOLDERS, id) == token then
    redis.call('ZREM', HELD, id)
    redis.call('HDEL', HOLDERS, id)
    wait(id)
    woken = woken + 1
  end
end
for _, each in ipairs(slots) do woken = woken + give_back(each[1], each[2]) end
if woken > 0 then redis.call('PUBLISH', WAKE, 'woken') end
return woken
"""
)

RENEW = (
    COMMON
    + """
local token, hold, jobs, slots = ARGV[1], tonumber(ARGV[2]), cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
for _, id in ipairs(jobs) do
  local holder = redis.call('HGET', HOLDERS, id)
  if redis.call('ZSCORE', JOBS, id) and (not holder or holder == token) then
    redis.call('ZREM', LINE .. (redis.call('HGET', GROUPS, id) or ''), id)
    redis.call('ZADD', HELD, now + hold, id)
    redis.call('HSET', HOLDERS, id, token)
  end
end
for _, each in ipairs(slots) do redis.call('ZADD', SLOTS .. each[1], now + each[3], each[2]) end
return 1
"""
)
