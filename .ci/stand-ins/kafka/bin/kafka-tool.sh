#!/usr/bin/env bash
# The tool that the name of the link to this script says.
set -euo pipefail
name=$(basename "$0" .sh)
case $name in
  kafka-broker-api-versions) class=org.apache.kafka.tools.BrokerApiVersionsCommand ;;
  kafka-configs) class=org.apache.kafka.tools.ConfigCommand ;;
  kafka-consumer-groups) class=org.apache.kafka.tools.consumer.group.ConsumerGroupCommand ;;
  kafka-get-offsets) class=org.apache.kafka.tools.GetOffsetShell ;;
  kafka-topics) class=org.apache.kafka.tools.TopicCommand ;;
  *) echo "$name: no tool of this name" >&2; exit 2 ;;
esac
exec /opt/kafka/bin/kafka-run-class.sh "$class" "$@"
