package dev.igvmtool.debugger.view;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every kind of structure that can be shown. */
public final class StructureTypes {
    /** A device tree. */
    static final StructureType DEVICE_TREE = new DeviceTreeType();

    private static final List<StructureType> ALL = Stream.concat(
                    Stream.of(
                            ParavisorTypes.SHIM_PARAMS,
                            ParavisorTypes.MEASURED_VTL2_CONFIG,
                            ParavisorTypes.MEASURED_VTL0_CONFIG,
                            ParavisorTypes.COMMAND_LINE,
                            ParavisorTypes.IMPORTED_REGIONS,
                            ParavisorTypes.PAGE_HASHES,
                            ParavisorTypes.PERSISTED_STATE,
                            ParavisorTypes.BOOT_LOG,
                            LinuxTypes.BOOT_PARAMS,
                            LinuxTypes.E820,
                            LinuxTypes.SETUP_DATA,
                            LinuxTypes.CC_BLOB,
                            LinuxTypes.TEXT,
                            DEVICE_TREE,
                            HypervisorTypes.SIDECAR_PARAMS,
                            HypervisorTypes.SIDECAR_OUTPUT,
                            HypervisorTypes.CONTROL_PAGE,
                            HypervisorTypes.COMMAND_PAGE,
                            HypervisorTypes.VP_ASSIST,
                            HypervisorTypes.MESSAGE,
                            HypervisorTypes.MESSAGE_PAGE,
                            HypervisorTypes.EVENT_FLAGS_PAGE,
                            HypervisorTypes.VP_CONTEXT,
                            HypervisorTypes.RUN_PAGE,
                            HypervisorTypes.VMSA,
                            SnpTypes.CPUID_PAGE,
                            SnpTypes.SECRETS_PAGE,
                            SnpTypes.GHCB,
                            HypervisorTypes.TRAMPOLINE),
                    HypercallInput.all().stream())
            .toList();

    private StructureTypes() {}

    /** All, in an order for people. */
    public static List<StructureType> all() {
        return ALL;
    }

    /** The type of a name. */
    public static Optional<StructureType> find(String name) {
        return ALL.stream().filter(type -> type.name().equals(name)).findFirst();
    }
}
