#!/usr/bin/env bash
# Runs a class of Kafka with the options that the variables of the distribution's script give.
set -euo pipefail
settings=/opt/kafka/config
[ -e "$settings/tools-log4j2.yaml" ] || settings=/etc/kafka/docker
logging=${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=file:$settings/tools-log4j2.yaml}
# Each variable holds several options.
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} ${KAFKA_JVM_PERFORMANCE_OPTS:-} ${KAFKA_GC_LOG_OPTS:-} \
  ${KAFKA_JMX_OPTS:-} $logging ${KAFKA_OPTS:-} -cp '/opt/kafka/libs/*' "$@"
