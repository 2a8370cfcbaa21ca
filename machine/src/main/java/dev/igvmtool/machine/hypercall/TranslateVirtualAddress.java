package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.paging.PageFault;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.paging.TableMemory;
import dev.igvmtool.machine.vp.Vp;

/**
 * {@code HvCallTranslateVirtualAddress} and its extended form: walks the tables of a VTL. The result has the code in
 * bits 0-31 (0 success, 1 page not present, 2 privilege violation, 3 invalid table entry, 4 unmapped GPA), the page
 * number stands in the second u64; in the extended form after 40 bytes, behind event information.
 */
final class TranslateVirtualAddress implements Hypercall {
    private static final int RESULT_NOT_PRESENT = 1;
    private static final int RESULT_PRIVILEGE = 2;
    private static final int RESULT_INVALID_ENTRY = 3;
    private static final int RESULT_UNMAPPED = 4;
    private static final int SIMPLE_OUTPUT = 16;
    private static final int EXTENDED_OUTPUT = 64;
    private static final int EXTENDED_PAGE_OFFSET = 48;

    private final HypercallCode code;

    TranslateVirtualAddress(HypercallCode code) {
        this.code = code;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        return Shape.simple(TranslateVirtualAddressInput.CODEC.size(), extended() ? EXTENDED_OUTPUT : SIMPLE_OUTPUT);
    }

    private boolean extended() {
        return code == HypercallCode.TRANSLATE_VIRTUAL_ADDRESS_EX;
    }

    @Override
    public int run(HypercallFrame frame) {
        TranslateVirtualAddressInput input = frame.header(TranslateVirtualAddressInput.CODEC);
        if (!frame.isOwnPartition(input.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        Vp vp = frame.vp(input.vpIndex());
        if (vp == null) {
            return HvStatus.INVALID_VP_INDEX;
        }
        int vtl = new TargetVtl((int) (input.controlFlags() >>> 56))
                .vtl()
                .orElse(frame.caller().vtl());
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        if (!vp.state().hasVtl(vtl)) {
            return HvStatus.INVALID_VTL_STATE;
        }
        translate(frame, vp, vtl, input);
        return HvStatus.SUCCESS;
    }

    private void translate(HypercallFrame frame, Vp vp, int vtl, TranslateVirtualAddressInput input) {
        long flags = input.controlFlags();
        boolean exempt = (flags & TranslateVirtualAddressInput.PRIVILEGE_EXEMPT) != 0;
        PagingMode mode = vp.pagingMode(vtl, exempt);
        int access = (flags & TranslateVirtualAddressInput.VALIDATE_WRITE) != 0
                ? PageWalker.WRITE
                : (flags & TranslateVirtualAddressInput.VALIDATE_EXECUTE) != 0 ? PageWalker.EXECUTE : PageWalker.READ;
        boolean setBits = (flags & TranslateVirtualAddressInput.SET_PAGE_TABLE_BITS) != 0;
        long gva = input.gvaPage() * PhysicalMemory.PAGE_SIZE;
        int result = 0;
        long gpa = 0;
        try {
            gpa = PageWalker.walk(tables(frame.partition().physical()), mode, gva, access, setBits);
            if (gpa < 0) {
                result = resultOf((int) ~gpa);
                gpa = 0;
            } else {
                gpa = mode.alias().strip(gpa);
            }
            if (result == 0 && !frame.partition().physical().isRam(gpa)) {
                result = RESULT_UNMAPPED;
            }
        } catch (GpaFault unmapped) {
            result = RESULT_UNMAPPED;
        }
        frame.putU64(0, result);
        frame.putU64(extended() ? EXTENDED_PAGE_OFFSET : Long.BYTES, gpa >>> 12);
    }

    private static int resultOf(int errorCode) {
        if ((errorCode & PageFault.PRESENT) == 0) {
            return RESULT_NOT_PRESENT;
        }
        return (errorCode & PageFault.RESERVED) != 0 ? RESULT_INVALID_ENTRY : RESULT_PRIVILEGE;
    }

    private static TableMemory tables(PhysicalMemory memory) {
        return new TableMemory() {
            @Override
            public long readEntry(long gpa) {
                return memory.readU64(gpa);
            }

            @Override
            public void writeEntry(long gpa, long value) {
                memory.writeU64(gpa, value);
            }
        };
    }
}
