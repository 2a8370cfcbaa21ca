package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.machine.partition.PartitionState.InstalledIntercept;

/**
 * {@code HvCallInstallIntercept}: the caller wants to see certain accesses of the VTLs below it; an access mask of 0 ends
 * that.
 */
final class InstallIntercept implements Hypercall {
    private static final int READ_WRITE = InterceptType.ACCESS_READ | InterceptType.ACCESS_WRITE;

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
        frame.requireOwnPartition(input.partitionId());
        int vtl = frame.caller().vtl();
        HypercallFrame.require(vtl > 0, HvStatus.ACCESS_DENIED);
        int type = input.interceptType();
        HypercallFrame.require(
                (input.accessMask() & ~accesses(type)) == 0 && isParameter(type, input.parameter()),
                HvStatus.INVALID_PARAMETER);
        frame.partition().state().install(new InstalledIntercept(vtl, type, input.accessMask(), input.parameter()));
        return HvStatus.SUCCESS;
    }

    /** Access mask that a type can have; of an unknown type none. */
    private static int accesses(int type) {
        return switch (type) {
            case InterceptType.IO_PORT, InterceptType.MSR, InterceptType.IO_PORT_RANGE -> READ_WRITE;
            case InterceptType.CPUID,
                    InterceptType.EXCEPTION,
                    InterceptType.HYPERCALL,
                    InterceptType.UNKNOWN_SYNIC_CONNECTION,
                    InterceptType.RETARGET_UNKNOWN_DEVICE -> InterceptType.ACCESS_EXECUTE;
            case InterceptType.APIC_EOI -> InterceptType.ACCESS_WRITE;
            default -> InterceptType.ACCESS_NONE;
        };
    }

    private static boolean isParameter(int type, long parameter) {
        return switch (type) {
            case InterceptType.IO_PORT -> parameter >>> 16 == 0;
            case InterceptType.IO_PORT_RANGE -> parameter >>> 32 == 0 && (parameter & 0xffff) <= parameter >>> 16;
            case InterceptType.CPUID -> parameter >>> 32 == 0;
            case InterceptType.EXCEPTION -> parameter >= 0 && parameter < 32;
            case InterceptType.MSR,
                    InterceptType.HYPERCALL,
                    InterceptType.UNKNOWN_SYNIC_CONNECTION,
                    InterceptType.RETARGET_UNKNOWN_DEVICE,
                    InterceptType.APIC_EOI -> parameter == 0;
            default -> false;
        };
    }
}
