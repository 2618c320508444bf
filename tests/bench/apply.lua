-- Applications by wrk: a policy code, then how many loans there are and of which the first is: of each one, in order.
local headers = {["Content-Type"] = "application/json"}
local policy, numbers, n

function init(args)
    headers["Authorization"] = "Bearer " .. args[1]
    policy, numbers, n = args[2], tonumber(args[3]), tonumber(args[4])
end

function request()
    local body = ('{"reference":"SQ-%d","policy":"%s","loan":"B-%d","facts":{"borrower.bad_record":false}}'):format(
        n, policy, n % numbers)
    n = n + 1
    return wrk.format("POST", "/v1/applications", headers, body)
end

function done(summary, latency)
    io.write(("%d applications/s, p50 %.2f ms, p99 %.2f ms, %d refused\n"):format(
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status))
end
