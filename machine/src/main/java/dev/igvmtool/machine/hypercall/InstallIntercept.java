package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.machine.partition.PartitionState.InstalledIntercept;

/** {@code HvCallInstallIntercept}: the caller wants to see certain accesses of the VTLs below it. */
final class InstallIntercept implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.INSTALL_INTERCEPT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(InstallInterceptInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        InstallInterceptInput input = frame.header(InstallInterceptInput.CODEC);
        if (!frame.isOwnPartition(input.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        int vtl = frame.caller().vtl();
        if (vtl == 0) {
            return HvStatus.ACCESS_DENIED;
        }
        boolean known =
                switch (input.interceptType()) {
                    case InterceptType.IO_PORT,
                            InterceptType.MSR,
                            InterceptType.CPUID,
                            InterceptType.EXCEPTION,
                            InterceptType.HYPERCALL,
                            InterceptType.UNKNOWN_SYNIC_CONNECTION,
                            InterceptType.APIC_EOI,
                            InterceptType.RETARGET_UNKNOWN_DEVICE,
                            InterceptType.IO_PORT_RANGE -> true;
                    default -> false;
                };
        if (!known || (input.accessMask() & ~7) != 0) {
            return HvStatus.INVALID_PARAMETER;
        }
        frame.partition()
                .state()
                .install(new InstalledIntercept(vtl, input.interceptType(), input.accessMask(), input.parameter()));
        return HvStatus.SUCCESS;
    }
}
