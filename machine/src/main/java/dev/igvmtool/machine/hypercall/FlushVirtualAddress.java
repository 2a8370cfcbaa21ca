package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.FlushExHeader;
import dev.igvmtool.abi.hv.FlushFlags;
import dev.igvmtool.abi.hv.FlushInput;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/**
 * {@code HvCallFlushVirtualAddressSpace} and {@code -List}, each with a mask of VPs or a VP set (Ex). VPs of this machine
 * never keep a translation that the tables do not hold any longer, so a flush that is well formed has nothing to do.
 */
final class FlushVirtualAddress implements Hypercall {
    private static final long SPACE_FLAGS =
            FlushFlags.ALL_PROCESSORS | FlushFlags.ALL_VIRTUAL_ADDRESS_SPACES | FlushFlags.NON_GLOBAL_MAPPINGS_ONLY;

    private final HypercallCode code;
    private final boolean list;
    private final boolean set;

    FlushVirtualAddress(HypercallCode code) {
        this.code = code;
        this.list =
                code == HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST || code == HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST_EX;
        this.set = code == HypercallCode.FLUSH_VIRTUAL_ADDRESS_SPACE_EX
                || code == HypercallCode.FLUSH_VIRTUAL_ADDRESS_LIST_EX;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        int header = set ? FlushExHeader.CODEC.size() : FlushInput.CODEC.size();
        Shape shape = list ? Shape.rep(header, Long.BYTES, 0) : Shape.simple(header, 0);
        return set ? shape.withVariableHeader() : shape;
    }

    @Override
    public int run(HypercallFrame frame) {
        long flags;
        VpSet vps;
        if (set) {
            FlushExHeader header = frame.header(FlushExHeader.CODEC);
            flags = header.flags();
            vps = VpSet.of(frame, header.setFormat(), header.validBanks(), frame.variableHeader());
        } else {
            FlushInput header = frame.header(FlushInput.CODEC);
            flags = header.flags();
            vps = VpSet.ofMask(frame, header.processorMask());
        }
        boolean extendedRanges = (frame.partition().config().privileges() & HvPrivilege.EXTENDED_GVA_RANGES) != 0;
        long allowed = list && extendedRanges ? SPACE_FLAGS | FlushFlags.USE_EXTENDED_RANGE_FORMAT : SPACE_FLAGS;
        boolean someone = !vps.isEmpty() || (flags & FlushFlags.ALL_PROCESSORS) != 0;
        HypercallFrame.require((flags & ~allowed) == 0 && someone, HvStatus.INVALID_PARAMETER);
        return list ? frame.forEachRep(i -> HvStatus.SUCCESS) : HvStatus.SUCCESS;
    }
}
