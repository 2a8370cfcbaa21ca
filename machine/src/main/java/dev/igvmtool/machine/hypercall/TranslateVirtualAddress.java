package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.paging.PageFault;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.paging.TableMemory;
import dev.igvmtool.machine.vp.Vp;

/**
 * {@code HvCallTranslateVirtualAddress} and its extended form: walks the tables of a VTL, and says whether it may access
 * what is found. The result has a code in bits 0-31, the cache type in bits 32-39 and bit 40 for an overlay page; the page
 * number stands in the second u64, in the extended form after 48 bytes, behind event information.
 */
final class TranslateVirtualAddress implements Hypercall {
    private static final int NOT_PRESENT = 1;
    private static final int PRIVILEGE_VIOLATION = 2;
    private static final int INVALID_TABLE_FLAGS = 3;
    private static final int UNMAPPED = 4;
    private static final int NO_READ_ACCESS = 5;
    private static final int NO_WRITE_ACCESS = 6;
    private static final int ILLEGAL_OVERLAY_ACCESS = 7;
    private static final int INTERCEPT = 8;
    private static final int UNACCEPTED = 9;
    private static final long WRITE_BACK = 6L << 32;
    private static final long OVERLAY_PAGE = 1L << 40;

    private static final int SIMPLE_OUTPUT = 16;
    private static final int EXTENDED_OUTPUT = 64;
    private static final int EXTENDED_PAGE_OFFSET = 48;
    private static final int PAGE_SHIFT = 12;
    private static final int VTL_SHIFT = 56;

    private final HypercallCode code;
    private final boolean extended;

    TranslateVirtualAddress(HypercallCode code) {
        this.code = code;
        this.extended = code == HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        return Shape.simple(TranslateVirtualAddressInput.CODEC.size(), extended ? EXTENDED_OUTPUT : SIMPLE_OUTPUT);
    }

    @Override
    public long privileges() {
        return HvPrivilege.VP_REGISTERS;
    }

    @Override
    public int run(HypercallFrame frame) {
        TranslateVirtualAddressInput input = frame.header(TranslateVirtualAddressInput.CODEC);
        frame.requireOwnPartition(input.partitionId());
        HypercallFrame.requireZero(input.reserved());
        Vp vp = frame.vp(input.vpIndex());
        long flags = input.controlFlags();
        HypercallFrame.requireZero(flags & ~TranslateVirtualAddressInput.ALL_FLAGS & (1L << VTL_SHIFT) - 1);
        int vtl = frame.vtl((int) (flags >>> VTL_SHIFT));
        HypercallFrame.requireEnabled(vp, vtl);
        long gva = input.gvaPage() << PAGE_SHIFT;
        HypercallFrame.require(gva >>> PAGE_SHIFT == input.gvaPage(), HvStatus.INVALID_PARAMETER);
        translate(frame, vp, vtl, flags, gva);
        return HvStatus.SUCCESS;
    }

    private void translate(HypercallFrame frame, Vp vp, int vtl, long flags, long gva) {
        PagingMode mode = mode(vp, vtl, flags);
        int access = has(flags, TranslateVirtualAddressInput.VALIDATE_WRITE)
                ? PageWalker.WRITE
                : has(flags, TranslateVirtualAddressInput.VALIDATE_EXECUTE) ? PageWalker.EXECUTE : PageWalker.READ;
        boolean setBits = has(flags, TranslateVirtualAddressInput.SET_PAGE_TABLE_BITS);
        PartitionMemory memory = frame.partition().memory();
        long result;
        long gpa = 0;
        if (mode.paging() && (!mode.longMode() || !PageWalker.isCanonical(gva))) {
            result = NOT_PRESENT;
        } else {
            try {
                long walked = PageWalker.walk(tables(memory, vtl), mode, gva, access, setBits);
                if (walked < 0) {
                    result = resultOf((int) ~walked);
                } else {
                    gpa = mode.alias().strip(walked);
                    result = accessResult(memory, vtl, gpa >>> PAGE_SHIFT, flags);
                }
            } catch (GpaFault fault) {
                result = fault.reason() == GpaFault.Reason.DENIED ? INTERCEPT : UNMAPPED;
            }
        }
        frame.putU64(0, result);
        frame.putU64(extended ? EXTENDED_PAGE_OFFSET : Long.BYTES, gpa >>> PAGE_SHIFT);
    }

    private static boolean has(long flags, long flag) {
        return (flags & flag) != 0;
    }

    private static PagingMode mode(Vp vp, int vtl, long flags) {
        boolean exempt = has(flags, TranslateVirtualAddressInput.PRIVILEGE_EXEMPT);
        PagingMode mode = vp.pagingMode(vtl, exempt || has(flags, TranslateVirtualAddressInput.SUPERVISOR_ACCESS));
        if (exempt) {
            return mode.withoutPrivilege();
        }
        if (has(flags, TranslateVirtualAddressInput.USER_ACCESS)) {
            mode = mode.withUser(true);
        }
        if (has(flags, TranslateVirtualAddressInput.ENFORCE_SMAP)) {
            return mode.withAccessFlag(false);
        }
        return has(flags, TranslateVirtualAddressInput.OVERRIDE_SMAP) ? mode.withAccessFlag(true) : mode;
    }

    private static int resultOf(int errorCode) {
        if ((errorCode & PageFault.PRESENT) == 0) {
            return NOT_PRESENT;
        }
        return (errorCode & PageFault.RESERVED) != 0 ? INVALID_TABLE_FLAGS : PRIVILEGE_VIOLATION;
    }

    private static long accessResult(PartitionMemory memory, int vtl, long page, long flags) {
        boolean overlay = memory.isOverlay(vtl, page);
        if (overlay && has(flags, TranslateVirtualAddressInput.VALIDATE_WRITE)) {
            return ILLEGAL_OVERLAY_ACCESS;
        }
        if (!overlay && !memory.physical().isRam(page << PAGE_SHIFT)) {
            return UNMAPPED;
        }
        if (memory.pageState(page) == PageState.UNACCEPTED) {
            return UNACCEPTED;
        }
        int allowed = memory.allowed(vtl, page);
        if (has(flags, TranslateVirtualAddressInput.VALIDATE_READ) && (allowed & GpaProtection.READ) == 0) {
            return NO_READ_ACCESS;
        }
        if (has(flags, TranslateVirtualAddressInput.VALIDATE_WRITE) && (allowed & GpaProtection.WRITE) == 0) {
            return NO_WRITE_ACCESS;
        }
        return WRITE_BACK | (overlay ? OVERLAY_PAGE : 0);
    }

    /** Tables as the VTL reaches them. */
    private static TableMemory tables(PartitionMemory memory, int vtl) {
        return new TableMemory() {
            @Override
            public long readEntry(long gpa) {
                return memory.readBytes(vtl, gpa, Long.BYTES).u64(0);
            }

            @Override
            public void writeEntry(long gpa, long value) {
                byte[] bytes = new byte[Long.BYTES];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (value >>> 8 * i);
                }
                memory.writeBytes(vtl, gpa, Bytes.wrap(bytes));
            }
        };
    }
}
