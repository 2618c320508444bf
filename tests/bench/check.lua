-- Eligibility checks by wrk: a policy code, then "random" for contract numbers from B-0 on, or "" for facts alone, then
-- the milliseconds that each connection waits between two checks, and how many numbers there are.
local headers = {["Content-Type"] = "application/json"}
local body, numbered, pause, numbers

function init(args)
    math.randomseed(1)
    numbered = args[3] == "random"
    pause = tonumber(args[4] or "0")
    numbers = tonumber(args[5] or "1")
    headers["Authorization"] = "Bearer " .. args[1]
    local subject = args[3] and args[3] ~= "" and ('"loan":"%s","facts":{"borrower.bad_record":false}'):format(args[3])
        or '"facts":{"borrower.district":"310116","borrower.bad_record":false,"loan.amount":"3000000.00",' ..
           '"loan.ip_amount":"3000000.00","loan.rate":"3.45","loan.disbursed_on":"2023-01-16",' ..
           '"loan.matures_on":"2024-01-15","loan.settled_on":"2024-01-15","loan.owner_is_borrower":true}'
    body = ('{"policy":"%s",%s}'):format(args[2], subject)
end

-- Each connection waits as long between its checks; what wrk counts begins with the request.
function delay()
    return pause
end

function request()
    if numbered then
        return wrk.format("POST", "/v1/eligibility-checks", headers,
                          (body:gsub("random", "B-" .. math.random(0, numbers - 1))))
    end
    return wrk.format("POST", "/v1/eligibility-checks", headers, body)
end

function done(summary, latency)
    io.write(("%d checks/s, p50 %.2f ms, p99 %.2f ms, %d not 200\n"):format(
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status))
end
