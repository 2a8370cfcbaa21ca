package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.TdcallArgument;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.host.TdHost;
import java.util.Set;

/** The request of the VTL file for calls of the module of a trust domain. */
final class TdxRequests {
    /** What concerns the partitions and the pages. The kernel itself speaks with the host and enters partitions. */
    private static final Set<Integer> ALLOWED = Set.of(
            TdCall.VP_INFO,
            TdCall.MEM_PAGE_ACCEPT,
            TdCall.VM_RD,
            TdCall.VP_RD,
            TdCall.VP_WR,
            TdCall.MEM_PAGE_ATTR_RD,
            TdCall.MEM_PAGE_ATTR_WR);

    private static final int LEAF_MASK = 0xffff;

    private TdxRequests() {}

    static Outcome tdcall(Call call) {
        TdcallArgument argument = call.user().read(TdcallArgument.CODEC, call.argument(2));
        int leaf = (int) argument.rax() & LEAF_MASK;
        if (!(call.kernel().host() instanceof TdHost host) || !ALLOWED.contains(leaf)) {
            throw new LinuxError(Errno.EINVAL, "TDCALL leaf " + leaf);
        }
        TdHost.ModuleCall done =
                host.module(argument.rax(), argument.rcx(), argument.rdx(), argument.r8(), argument.r9());
        TdcallArgument result =
                new TdcallArgument(done.status(), done.rcx(), done.rdx(), done.r8(), done.r9(), done.r10(), done.r11());
        call.user().write(TdcallArgument.CODEC, call.argument(2), result);
        return Outcome.SUCCESS;
    }
}
