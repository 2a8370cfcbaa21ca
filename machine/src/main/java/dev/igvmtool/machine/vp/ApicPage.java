package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.memory.VirtualMemory;

/**
 * The registers of a local APIC in memory, as they are in xAPIC mode (SDM volume 3, 11.4.1). Destinations are physical: the
 * registers of logical ones read as after a reset. Not there where hardware keeps the host out, whose guests use MSRs.
 */
final class ApicPage implements VirtualMemory.Registers {
    private static final int FIRST_MSR = 0x800;
    private static final int OFFSET_MASK = 0xfff;
    private static final int ID = 0x20;
    /** Of any value, where the MSR takes only 0. */
    private static final int END_OF_INTERRUPT = 0xb0;

    private static final int LOGICAL_DESTINATION = 0xd0;
    private static final int DESTINATION_FORMAT = 0xe0;
    private static final int COMMAND = 0x300;
    private static final int COMMAND_DESTINATION = 0x310;
    private static final int SELF_IPI = 0x3f0;
    private static final long LOW = 0xffff_ffffL;

    private final Vp vp;
    private final ApicMsrs registers;

    ApicPage(Vp vp) {
        this.vp = vp;
        this.registers = new ApicMsrs(vp);
    }

    private Apic apic() {
        return vp.state().active().apic;
    }

    @Override
    public boolean has(long gpa) {
        return !vp.partition().memory().encryption().hardware()
                && apic().isInMemory()
                && (gpa & ~OFFSET_MASK) == Apic.BASE
                && (gpa & 0xf) == 0;
    }

    /** What there is no register of is 0. */
    @Override
    public long read(long gpa) {
        int offset = (int) gpa & OFFSET_MASK;
        return switch (offset) {
            case ID -> (long) vp.apicId() << 24 & LOW;
            case DESTINATION_FORMAT -> LOW;
            case COMMAND -> apic().command() & LOW;
            case COMMAND_DESTINATION -> apic().command() >>> 32 << 24 & LOW;
            case LOGICAL_DESTINATION, SELF_IPI -> 0;
            default -> registers.value(FIRST_MSR + (offset >>> 4)).orElse(0) & LOW;
        };
    }

    /** What there is no register of takes no notice. */
    @Override
    public void write(long gpa, long value) {
        int offset = (int) gpa & OFFSET_MASK;
        switch (offset) {
            case ID, LOGICAL_DESTINATION, DESTINATION_FORMAT, SELF_IPI -> {}
            case COMMAND -> registers.send(apic().command() & ~LOW | value & LOW);
            case COMMAND_DESTINATION ->
                vp.mutableState().active().apic.setCommand(destination(value >>> 24) << 32 | apic().command() & LOW);
            case END_OF_INTERRUPT -> registers.endOfInterrupt();
            default -> registers.set(FIRST_MSR + (offset >>> 4), value);
        }
    }

    /** A destination of 8 bits as one of 32. */
    static long destination(long of8Bits) {
        return of8Bits == 0xff ? LOW : of8Bits;
    }
}
