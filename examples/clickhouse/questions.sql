-- Five questions that a fleet asks. Replace the addresses, numbers and times by your own.

-- 1. Who talks to this address?
SELECT host, process, executable, count() AS events, min(time) AS first, max(time) AS last
FROM tracee.events
WHERE dst = '198.51.100.9'
GROUP BY host, process, executable
ORDER BY events DESC, host;

-- 2. Which DNS names were seen for the first time since midnight, anywhere, and where?
SELECT query, min(time) AS first, groupUniqArray(host) AS hosts
FROM tracee.events
WHERE name IN ('net_packet_dns', 'net_packet_dns_request') AND query != ''
GROUP BY query
HAVING first >= toStartOfDay(now())
ORDER BY query;

-- 3. What do many hosts report today?
SELECT name, policy, uniqExact(host) AS hosts, count() AS events
FROM tracee.events
ARRAY JOIN policies AS policy
WHERE time >= toStartOfDay(now())
GROUP BY name, policy
HAVING hosts >= 50
ORDER BY hosts DESC, name, policy;

-- 4. Which hosts lose events?
SELECT host, sum(lost) AS lost_events, max(time) AS last
FROM tracee.events
WHERE name = 'lost_events'
GROUP BY host
ORDER BY lost_events DESC, host;

-- 5. Which policies has no host reported anything for in the last 30 days?
SELECT DISTINCT name
FROM tracee.policies
WHERE name NOT IN (
    SELECT policy FROM tracee.events ARRAY JOIN policies AS policy WHERE time >= now() - 30 * 86400
)
ORDER BY name;
