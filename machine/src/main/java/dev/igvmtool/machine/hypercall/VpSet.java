package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.VpSetFormat;
import dev.igvmtool.machine.vp.Vp;
import java.util.BitSet;
import java.util.function.Consumer;

/** The VPs that the input of a call names, {@code HV_VP_SET} or a mask. Indexes without a VP have no effect. */
final class VpSet {
    private static final int BANK = 64;

    private final HypercallFrame frame;
    private final BitSet indexes;

    private VpSet(HypercallFrame frame, BitSet indexes) {
        this.frame = frame;
        this.indexes = indexes;
    }

    /** The first 64 VPs, one bit each. */
    static VpSet ofMask(HypercallFrame frame, long mask) {
        return new VpSet(frame, BitSet.valueOf(new long[] {mask}));
    }

    /**
     * A set in one of the formats of {@link VpSetFormat}.
     *
     * @param banks one u64 for each bit of {@code validBanks}
     */
    static VpSet of(HypercallFrame frame, long format, long validBanks, Bytes banks) {
        BitSet indexes = new BitSet();
        if (format == VpSetFormat.ALL) {
            indexes.set(0, frame.partition().vpCount());
            return new VpSet(frame, indexes);
        }
        int count = Long.bitCount(validBanks);
        HypercallFrame.require(
                format == VpSetFormat.SPARSE_4K && banks.size() == count * Long.BYTES, HvStatus.INVALID_PARAMETER);
        int next = 0;
        for (int bank = 0; bank < BANK; bank++) {
            if ((validBanks & 1L << bank) != 0) {
                BitSet content = BitSet.valueOf(new long[] {banks.u64(next * Long.BYTES)});
                for (int bit = content.nextSetBit(0); bit >= 0; bit = content.nextSetBit(bit + 1)) {
                    indexes.set(bank * BANK + bit);
                }
                next++;
            }
        }
        return new VpSet(frame, indexes);
    }

    boolean isEmpty() {
        return indexes.isEmpty();
    }

    /** Does something with each VP of the set, by index. */
    void forEach(Consumer<Vp> action) {
        int count = frame.partition().vpCount();
        for (int i = indexes.nextSetBit(0); i >= 0 && i < count; i = indexes.nextSetBit(i + 1)) {
            action.accept(frame.partition().vp(i));
        }
    }

    /** Index of the first VP of the set that exists, -1 if there is none. */
    int first() {
        int first = indexes.nextSetBit(0);
        return first < frame.partition().vpCount() ? first : -1;
    }
}
