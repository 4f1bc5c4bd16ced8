-- An event is one row: its JSON, and columns that are computed when it is inserted.
-- For ClickHouse 18.16 and later.

CREATE DATABASE IF NOT EXISTS tracee;

CREATE TABLE IF NOT EXISTS tracee.events (
    event String,
    time DateTime MATERIALIZED toDateTime(intDiv(visitParamExtractUInt(event, 'timestamp'), 1000000000)),
    -- After the arguments, in which what was traced may have a host of its own.
    host String MATERIALIZED extract(event, '"host":"([^"]*)"[^][{}]*}$'),
    name String MATERIALIZED visitParamExtractString(event, 'eventName'),
    policies Array(String) MATERIALIZED extractAll(visitParamExtractRaw(event, 'matchedPolicies'), '"([^"]+)"'),
    process String MATERIALIZED visitParamExtractString(event, 'processName'),
    executable String MATERIALIZED visitParamExtractString(event, 'path'),
    container String MATERIALIZED visitParamExtractString(event, 'containerId'),
    direction String MATERIALIZED visitParamExtractString(event, 'direction'),
    src String MATERIALIZED if(extract(event, '"name":"src","type":"[^"]*","value":"([^"]*)"') != '',
        extract(event, '"name":"src","type":"[^"]*","value":"([^"]*)"'), visitParamExtractString(event, 'src_ip')),
    dst String MATERIALIZED if(extract(event, '"name":"dst","type":"[^"]*","value":"([^"]*)"') != '',
        extract(event, '"name":"dst","type":"[^"]*","value":"([^"]*)"'), visitParamExtractString(event, 'dst_ip')),
    -- The first question of a DNS message, in whichever event shows it.
    query String MATERIALIZED extract(event, '"(?:query|questions":[[][{]"name)":"([^"]*)"'),
    lost UInt64 MATERIALIZED if(visitParamExtractString(event, 'eventName') = 'lost_events',
        toUInt64OrZero(extract(event, '"name":"count","type":"[^"]*","value":([0-9]+)')), 0)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(time)
ORDER BY (name, time, host);

-- The names of all policies that should be in force somewhere.
CREATE TABLE IF NOT EXISTS tracee.policies (name String) ENGINE = MergeTree ORDER BY name;
