package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.GuestException;
import java.util.OptionalLong;

/** The model-specific registers of one VP: of the processor, the hypervisor and the local APIC. An unknown number is #GP. */
final class Msrs {
    private static final int SYNTHETIC_FIRST = 0x4000_0000;
    private static final int SYNTHETIC_LAST = 0x4000_0fff;
    private static final int X2APIC_FIRST = 0x800;
    private static final int X2APIC_LAST = 0x8ff;

    private final ProcessorMsrs processor;
    private final SyntheticMsrs synthetic;
    private final ApicMsrs apic;

    Msrs(Vp vp) {
        this.apic = new ApicMsrs(vp);
        this.processor = new ProcessorMsrs(vp);
        this.synthetic = new SyntheticMsrs(vp, apic);
    }

    /** RDMSR. */
    long read(int number) {
        OptionalLong value = isApic(number)
                ? apic.read(number)
                : isSynthetic(number) ? synthetic.read(number) : processor.read(number);
        return value.orElseThrow(() ->
                GuestException.generalProtection(String.format("read of MSR 0x%x, which does not exist", number)));
    }

    /** WRMSR. */
    void write(int number, long value) {
        boolean known = isApic(number)
                ? apic.write(number, value)
                : isSynthetic(number) ? synthetic.write(number, value) : processor.write(number, value);
        if (!known) {
            throw GuestException.generalProtection(String.format("write of MSR 0x%x, which does not exist", number));
        }
    }

    /** True if the hypervisor implements the register; what it does not, it forwards to a VTL that asked for it. */
    boolean exists(int number) {
        if (isApic(number)) {
            return true;
        }
        return isSynthetic(number)
                ? synthetic.exists(number)
                : number == Msr.TSC || processor.read(number).isPresent();
    }

    /** True for registers of the hypervisor. */
    static boolean isSynthetic(int number) {
        return number >= SYNTHETIC_FIRST && number <= SYNTHETIC_LAST;
    }

    /** Registers of the local APIC in x2APIC mode. */
    static boolean isApic(int number) {
        return number >= X2APIC_FIRST && number <= X2APIC_LAST;
    }

    /** A value that a register does not take. */
    static GuestException refused(int number, long value) {
        return GuestException.generalProtection(String.format("MSR 0x%x does not take 0x%x", number, value));
    }
}
