-- One durable loan a request, each with its own contract number and patent.
local thread_no = 0
function setup(thread) thread:set("no", thread_no); thread_no = thread_no + 1 end

local weights = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5}
local function patent(serial)
    local body = string.format("20191%07d", serial % 10000000)
    local sum = 0
    for i = 1, 12 do sum = sum + tonumber(body:sub(i, i)) * weights[i] end
    return body .. ("0123456789X"):sub(sum % 11 + 1, sum % 11 + 1)
end

local n, run = 0, 0
function init(args)
    run = os.time() % 100000
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Authorization"] = "Bearer " .. args[1]
end

function request()
    n = n + 1
    return wrk.format(nil, "/v1/loans", nil, string.format(
        '{"contract_no":"B-%d-%d-%d","product":"single_pledge","borrower_uscc":"91310115QX0115114N",' ..
        '"borrower_name":"上海示例半导体有限公司","district":"310115","industry":"C3973","employees":86,' ..
        '"revenue":"52000000.00","amount":"5000000.00","rate":"3.65","signed_on":"2022-07-01",' ..
        '"disbursed_on":"2022-07-08","matures_on":"2023-07-07","ip":[{"number":"%s"}]}',
        run, no, n, patent(run * 1000 + no * 3000000 + n)))
end

local failed = 0
function response(status) if status ~= 201 then failed = failed + 1 end end
function done(summary, latency)
    io.write(string.format("%.0f submits/s, p50 %.2f ms, p99 %.2f ms, not 2xx: %d\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, summary.errors.status))
end
