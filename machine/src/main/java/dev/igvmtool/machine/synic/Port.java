package dev.igvmtool.machine.synic;

/** What stands behind a connection id (hyperv-model 5.5): of the guest a VP's interrupt source, or something of the host. */
public sealed interface Port permits MessagePort, EventPort, HostPort {}
