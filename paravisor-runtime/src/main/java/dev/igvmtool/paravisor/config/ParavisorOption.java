package dev.igvmtool.paravisor.config;

import java.util.Optional;

/**
 * The settings of the paravisor: an environment variable each, some also an argument. Follows underhill_core:
 * options.rs.
 */
public enum ParavisorOption {
    WAIT_FOR_START("OPENHCL_WAIT_FOR_START", true, Kind.FLAG, "--wait-for-start"),
    SIGNAL_VTL0_STARTED("OPENHCL_SIGNAL_VTL0_STARTED", false, Kind.FLAG),
    REFORMAT_VMGS("OPENHCL_REFORMAT_VMGS", true, Kind.FLAG, "--reformat-vmgs"),
    PID_FILE_PATH("OPENHCL_PID_FILE_PATH", true, Kind.TEXT, "--pid"),
    VMBUS_MAX_VERSION("OPENHCL_VMBUS_MAX_VERSION", true, Kind.TEXT),
    VMBUS_ENABLE_MNF("OPENHCL_VMBUS_ENABLE_MNF", true, Kind.FLAG),
    VMBUS_FORCE_CONFIDENTIAL_EXTERNAL_MEMORY("OPENHCL_VMBUS_FORCE_CONFIDENTIAL_EXTERNAL_MEMORY", false, Kind.FLAG),
    VMBUS_FORCE_GPA_PINNING("OPENHCL_VMBUS_FORCE_GPA_PINNING", false, Kind.FLAG),
    VMBUS_CHANNEL_UNSTICK_DELAY_MS("OPENHCL_VMBUS_CHANNEL_UNSTICK_DELAY_MS", true, Kind.NUMBER),
    CMDLINE_APPEND("OPENHCL_CMDLINE_APPEND", true, Kind.TEXT),
    VNC_PORT("OPENHCL_VNC_PORT", true, Kind.NUMBER, "--vnc-port"),
    GDBSTUB_PORT("OPENHCL_GDBSTUB_PORT", true, Kind.NUMBER),
    GDBSTUB("OPENHCL_GDBSTUB", true, Kind.FLAG),
    HALT_ON_GUEST_HALT("OPENHCL_HALT_ON_GUEST_HALT", true, Kind.FLAG),
    VTL0_STARTS_PAUSED("OPENHCL_VTL0_STARTS_PAUSED", true, Kind.FLAG),
    FRAMEBUFFER_GPA_BASE("OPENHCL_FRAMEBUFFER_GPA_BASE", true, Kind.NUMBER),
    SERIAL_WAIT_FOR_RTS("OPENHCL_SERIAL_WAIT_FOR_RTS", true, Kind.FLAG),
    FORCE_LOAD_VTL0_IMAGE("OPENHCL_FORCE_LOAD_VTL0_IMAGE", true, Kind.TEXT),
    NVME_VFIO("OPENHCL_NVME_VFIO", true, Kind.FLAG),
    HIDE_ISOLATION("OPENHCL_HIDE_ISOLATION", false, Kind.FLAG),
    NO_SIDECAR_HOTPLUG("OPENHCL_NO_SIDECAR_HOTPLUG", true, Kind.FLAG),
    NVME_KEEP_ALIVE("OPENHCL_NVME_KEEP_ALIVE", false, Kind.TEXT),
    MANA_KEEP_ALIVE("OPENHCL_MANA_KEEP_ALIVE", false, Kind.TEXT),
    NVME_ALWAYS_FLR("OPENHCL_NVME_ALWAYS_FLR", false, Kind.FLAG),
    TEST_CONFIG("OPENHCL_TEST_CONFIG", false, Kind.TEXT),
    DISABLE_UEFI_FRONTPAGE("OPENHCL_DISABLE_UEFI_FRONTPAGE", false, Kind.FLAG),
    CONFIG_TIMEOUT_IN_SECONDS("OPENHCL_CONFIG_TIMEOUT_IN_SECONDS", true, Kind.NUMBER),
    SERVICING_TIMEOUT_DUMP_COLLECTION_IN_MS("OPENHCL_SERVICING_TIMEOUT_DUMP_COLLECTION_IN_MS", false, Kind.NUMBER),
    ENABLE_VPCI_RELAY("OPENHCL_ENABLE_VPCI_RELAY", false, Kind.FLAG),
    DISABLE_PROXY_REDIRECT("OPENHCL_DISABLE_PROXY_REDIRECT", false, Kind.FLAG),
    DISABLE_LOWER_VTL_TIMER_VIRT("OPENHCL_DISABLE_LOWER_VTL_TIMER_VIRT", false, Kind.FLAG),
    DEFAULT_BOOT_ALWAYS_ATTEMPT("HCL_DEFAULT_BOOT_ALWAYS_ATTEMPT", false, Kind.FLAG);

    /** How a value is read. */
    enum Kind {
        /** {@code 1} or {@code true}; anything else is off. */
        FLAG,
        /** Decimal; anything else is an error. */
        NUMBER,
        TEXT
    }

    private static final String PREFIX = "OPENHCL_";
    private static final String LEGACY_PREFIX = "UNDERHILL_";

    private final String variable;
    private final boolean legacy;
    private final Kind kind;
    private final Optional<String> argument;

    ParavisorOption(String variable, boolean legacy, Kind kind) {
        this(variable, legacy, kind, Optional.empty());
    }

    ParavisorOption(String variable, boolean legacy, Kind kind, String argument) {
        this(variable, legacy, kind, Optional.of(argument));
    }

    ParavisorOption(String variable, boolean legacy, Kind kind, Optional<String> argument) {
        this.variable = variable;
        this.legacy = legacy;
        this.kind = kind;
        this.argument = argument;
    }

    /** Name of the environment variable. */
    public String variable() {
        return variable;
    }

    /** The argument that sets the same, if there is one. */
    Optional<String> argument() {
        return argument;
    }

    Kind kind() {
        return kind;
    }

    /** True if {@code name} is the variable, or its older name where that is accepted. */
    boolean isVariable(String name) {
        return name.equals(variable) || legacy && name.equals(LEGACY_PREFIX + variable.substring(PREFIX.length()));
    }
}
