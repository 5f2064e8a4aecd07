"""Sends lines "key<TAB>value" from a file to a topic, as librdkafka partitions them."""

import sys

from confluent_kafka import Producer

BROKERS, TOPIC, FILE = sys.argv[1:]
HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"python"),
    ("ce_source", b"/python"),
    ("ce_type", b"dev.opsagent.task.dispatch.v1"),
    ("content-type", b"application/json"),
]

failures = []
producer = Producer({"bootstrap.servers": BROKERS, "enable.idempotence": True})
with open(FILE, encoding="utf-8") as lines:
    for line in lines:
        key, value = line.rstrip("\n").split("\t")
        producer.produce(
            TOPIC,
            key=key or None,
            value=value,
            headers=HEADERS,
            on_delivery=lambda error, _: failures.append(error) if error else None,
        )
        producer.poll(0)
left = producer.flush(60)
sys.exit(f"{left} left, failed: {failures}" if left or failures else 0)
