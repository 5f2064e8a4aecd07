package dev.opsagent.protocol;

/** Any message of the bus; {@link MessageType} tells its CloudEvents type, topic and schema. */
public sealed interface Message
    permits TaskDispatch,
        ControlMessage,
        Evidence,
        StatusReport,
        Escalation,
        AuditRecord,
        DeploymentRecord,
        Learning,
        AgentCard {}
