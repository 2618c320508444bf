-- One durable loan a request, each of a firm of its own, with its own contract number and patent. Arguments: a token,
-- then the milliseconds that each connection waits before the next (none: it does not).
local thread_no = 0
function setup(thread) thread:set("no", thread_no); thread_no = thread_no + 1 end

local weights = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5}
local function patent(serial)
    local body = string.format("20191%07d", serial % 10000000)
    local sum = 0
    for i = 1, 12 do sum = sum + tonumber(body:sub(i, i)) * weights[i] end
    return body .. ("0123456789X"):sub(sum % 11 + 1, sum % 11 + 1)
end

-- GB 32100: the organisation's own check character, then that of the whole.
local letters, own = "0123456789ABCDEFGHJKLMNPQRTUWXY", {3, 7, 9, 10, 5, 8, 4, 2}
local function value(c) return tonumber(c, 36) end
local function firm(serial)
    local body = string.format("QX%06d", serial % 1000000)
    local sum = 0
    for i = 1, 8 do sum = sum + value(body:sub(i, i)) * own[i] end
    local c = 11 - sum % 11
    local code = "91310115" .. body .. ("0123456789X0"):sub(c + 1, c + 1)
    local total, weight = 0, 1
    for i = 1, 17 do
        total = total + (letters:find(code:sub(i, i), 1, true) - 1) * weight
        weight = weight * 3 % 31
    end
    c = (31 - total % 31) % 31
    return code .. letters:sub(c + 1, c + 1)
end

local n, run = 0, 0
function init(args)
    run = os.time() % 100000
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = "Bearer " .. args[1]
    local pause = tonumber(args[2] or "0")
    if pause > 0 then delay = function() return pause end end
end

function request()
    n = n + 1
    return wrk.format(nil, "/v1/loans", nil, string.format(
        '{"contract_no":"B-%d-%d-%d","product":"single_pledge","borrower_uscc":"%s",' ..
        '"borrower_name":"示例企业%d","district":"310115","industry":"C3973","employees":86,' ..
        '"revenue":"52000000.00","amount":"5000000.00","rate":"3.65","signed_on":"2022-07-01",' ..
        '"disbursed_on":"2022-07-08","matures_on":"2023-07-07","ip":[{"number":"%s"}]}',
        run, no, n, firm(run * 7919 + no * 300000 + n), run * 7919 + no * 300000 + n, patent(run * 1000 + no * 3000000 + n)))
end

local failed = 0
function response(status) if status ~= 201 then failed = failed + 1 end end
function done(summary, latency)
    io.write(string.format("%.0f submits/s, p50 %.2f ms, p99 %.2f ms, not 2xx: %d\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, summary.errors.status))
end
