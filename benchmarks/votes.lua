-- Votes for wrk: each line of the file is a token and a body, sent once.
-- Prints one line of JSON: votes a second, latency in milliseconds, and whatever went wrong.

local lines = {}
local at = 0
refused = 0
accepted = 0

local thread_of_all
function setup(thread)
  thread_of_all = thread
end

function init(args)
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
  end
end

function request()
  at = at + 1
  local line = lines[at]
  if line == nil then
    wrk.thread:stop()
    line = lines[#lines]
  end
  local token, body = line:match("^(%S+) (.*)$")
  return wrk.format("POST", "/api/votes", {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
  }, body)
end

function response(status)
  if status == 201 then
    accepted = accepted + 1
  else
    refused = refused + 1
  end
end

function done(summary, latency, requests)
  local seconds = summary.duration / 1e6
  local e = summary.errors
  local accepted = thread_of_all:get("accepted")
  io.write(string.format(
    '{"seconds":%.2f,"accepted":%d,"votes_per_second":%.0f,"p50_ms":%.1f,"p99_ms":%.1f,'
      .. '"max_ms":%.1f,"refused":%d,"socket_errors":%d}\n',
    seconds, accepted, accepted / seconds, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, thread_of_all:get("refused"),
    e.connect + e.read + e.write + e.timeout))
end
