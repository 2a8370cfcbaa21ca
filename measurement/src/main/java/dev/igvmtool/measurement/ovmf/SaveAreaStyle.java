package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.SegmentRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The initial state of processors, in those points in which virtual machine monitors differ.
 *
 * @param resetCodeAttributes attributes of CS for a processor at the reset vector
 * @param codeAttributes attributes of CS for any other
 * @param stackAttributes attributes of SS
 * @param taskAttributes attributes of TR
 * @param pat page attribute table
 * @param signatureInRdx whether RDX is the CPU's signature
 * @param rdx RDX otherwise
 * @param mxcsr SSE control
 * @param fcw x87 control
 */
public record SaveAreaStyle(
        int resetCodeAttributes,
        int codeAttributes,
        int stackAttributes,
        int taskAttributes,
        long pat,
        boolean signatureInRdx,
        long rdx,
        int mxcsr,
        int fcw) {
    /** The PAT that processors have after reset. */
    static final long USUAL_PAT = 0x0007_0406_0007_0406L;

    /** Where the first processor starts. */
    public static final long RESET_VECTOR = 0xffff_fff0L;

    private static final int LIMIT = 0xffff;
    private static final int DATA_ATTRIBUTES = 0x93;
    private static final int LDT_ATTRIBUTES = 0x82;

    /**
     * The save area of a processor.
     *
     * @param eip where it starts
     * @param cpuSignature CPUID leaf 1, EAX
     * @param sevFeatures {@code SEV_FEATURES}
     */
    public Bytes saveArea(long eip, int cpuSignature, long sevFeatures) {
        ByteBuffer vmsa = ByteBuffer.allocate(Vmsa.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (SegmentRegister data :
                List.of(SegmentRegister.ES, SegmentRegister.DS, SegmentRegister.FS, SegmentRegister.GS)) {
            putSegment(vmsa, Vmsa.offsetOf(data), 0, DATA_ATTRIBUTES, LIMIT, 0);
        }
        int code = eip == RESET_VECTOR ? resetCodeAttributes : codeAttributes;
        putSegment(vmsa, Vmsa.offsetOf(SegmentRegister.CS), 0xf000, code, LIMIT, eip & 0xffff_0000L);
        putSegment(vmsa, Vmsa.offsetOf(SegmentRegister.SS), 0, stackAttributes, LIMIT, 0);
        putSegment(vmsa, Vmsa.GDTR, 0, 0, LIMIT, 0);
        putSegment(vmsa, Vmsa.IDTR, 0, 0, LIMIT, 0);
        putSegment(vmsa, Vmsa.LDTR, 0, LDT_ATTRIBUTES, LIMIT, 0);
        putSegment(vmsa, Vmsa.TR, 0, taskAttributes, LIMIT, 0);
        vmsa.putLong(Vmsa.EFER, 0x1000);
        vmsa.putLong(Vmsa.CR4, 0x40);
        vmsa.putLong(Vmsa.CR0, 0x10);
        vmsa.putLong(Vmsa.DR7, 0x400);
        vmsa.putLong(Vmsa.DR6, 0xffff_0ff0L);
        vmsa.putLong(Vmsa.RFLAGS, 2);
        vmsa.putLong(Vmsa.RIP, eip & 0xffff);
        vmsa.putLong(Vmsa.PAT, pat);
        vmsa.putLong(Vmsa.RDX, signatureInRdx ? Integer.toUnsignedLong(cpuSignature) : rdx);
        vmsa.putLong(Vmsa.SEV_FEATURES, sevFeatures);
        vmsa.putLong(Vmsa.XCR0, 1);
        vmsa.putInt(Vmsa.MXCSR, mxcsr);
        vmsa.putShort(Vmsa.X87_FCW, (short) fcw);
        return Bytes.wrap(vmsa.array());
    }

    /** @param attributes in 12 bits, as save areas have them */
    private static void putSegment(ByteBuffer vmsa, int offset, int selector, int attributes, long limit, long base) {
        vmsa.putShort(offset, (short) selector);
        vmsa.putShort(offset + 2, (short) attributes);
        vmsa.putInt(offset + 4, (int) limit);
        vmsa.putLong(offset + 8, base);
    }
}
