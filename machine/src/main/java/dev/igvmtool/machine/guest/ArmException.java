package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.binary.IgvmToolException;

/** The guest did what an AArch64 processor refuses: a synchronous exception, on its way to the guest's vectors. */
public final class ArmException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    private final long syndrome;
    private final long address;

    /** @param address what {@code FAR_EL1} gets from an abort, otherwise 0 */
    public ArmException(Syndrome syndrome, long address, String message) {
        super(message);
        this.syndrome = syndrome.value();
        this.address = address;
    }

    /** An instruction that does not exist here. */
    public static ArmException undefined(String message) {
        return new ArmException(Syndrome.of(Syndrome.UNKNOWN, 0), 0, message);
    }

    public Syndrome syndrome() {
        return new Syndrome(syndrome);
    }

    /** Address of an abort. */
    public long address() {
        return address;
    }
}
