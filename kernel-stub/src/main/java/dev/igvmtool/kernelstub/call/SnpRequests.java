package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.PvalidateArgument;
import dev.igvmtool.abi.mshv.RmpadjustArgument;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.host.Validation;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.Kernel;

/**
 * Requests of the VTL file for pages of an SNP guest. The instructions take virtual addresses, so that the pages are
 * mapped in a window meanwhile.
 */
final class SnpRequests {
    private static final long WINDOW_FLAGS = PageTableEntry.PRESENT
            | PageTableEntry.WRITABLE
            | PageTableEntry.NO_EXECUTE
            | PageTableEntry.ACCESSED
            | PageTableEntry.DIRTY;
    private static final long END_OF_PAGES = 1L << 40;

    private SnpRequests() {}

    /** One instruction on one page, which is mapped at an address; 0, or why it fails. */
    private interface Instruction {
        long run(long gva, boolean large);
    }

    static Outcome pvalidate(Call call) {
        PvalidateArgument argument = call.user().read(PvalidateArgument.CODEC, call.argument(2));
        boolean validate = argument.validate() != 0;
        return forPages(
                call,
                argument.startPfn(),
                argument.pageCount(),
                argument.terminateOnFailure() != 0,
                (gva, large) -> Validation.pvalidate(call.kernel().cpu(), gva, large, validate));
    }

    static Outcome rmpadjust(Call call) {
        RmpadjustArgument argument = call.user().read(RmpadjustArgument.CODEC, call.argument(2));
        return forPages(
                call,
                argument.startPfn(),
                argument.pageCount(),
                argument.terminateOnFailure() != 0,
                (gva, large) -> Validation.rmpadjust(call.kernel().cpu(), gva, large, argument.value()));
    }

    private static Outcome forPages(Call call, long first, long count, boolean terminate, Instruction instruction) {
        if (!(call.kernel().platform() instanceof Platform.Snp)
                || first < 0
                || count <= 0
                || first > END_OF_PAGES - count) {
            throw new LinuxError(Errno.EINVAL, "pages of an SNP guest");
        }
        GpaRange pages = GpaRange.ofSize(first * KernelMap.PAGE, count * KernelMap.PAGE);
        for (long at = pages.start(); at < pages.end(); ) {
            long next = Math.min((at & -KernelMap.LARGE_PAGE) + KernelMap.LARGE_PAGE, pages.end());
            long code = piece(call.kernel(), new GpaRange(at, next), instruction);
            if (code != 0) {
                String message = String.format("pages from 0x%x on: %d", at, code);
                throw terminate
                        ? new SnpTermination(SnpTermination.SET_LINUX, SnpTermination.LINUX_PVALIDATE, message)
                        : new LinuxError(Errno.EIO, message);
            }
            at = next;
        }
        return Outcome.SUCCESS;
    }

    /** Pages of one large page: all at once if possible, else one by one. */
    private static long piece(Kernel kernel, GpaRange pages, Instruction instruction) {
        int self = kernel.self().index();
        if (pages.size() == KernelMap.LARGE_PAGE) {
            long code = mapped(kernel, KernelMap.window(self, true), pages, KernelMap.LARGE_PAGE, instruction);
            if (code != Validation.SIZE_MISMATCH) {
                return code;
            }
        }
        return mapped(kernel, KernelMap.window(self, false), pages, KernelMap.PAGE, instruction);
    }

    private static long mapped(Kernel kernel, long window, GpaRange pages, long unit, Instruction instruction) {
        PageTables tables = kernel.tables(kernel.layout().cr3());
        for (long gpa = pages.start(); gpa < pages.end(); gpa += unit) {
            long gva = window + (gpa & KernelMap.LARGE_PAGE - 1);
            tables.map(gva, gpa, unit, WINDOW_FLAGS);
            kernel.cpu().invlpg(gva);
            long code = instruction.run(gva, unit == KernelMap.LARGE_PAGE);
            tables.unmapLeaf(gva);
            kernel.cpu().invlpg(gva);
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }
}
