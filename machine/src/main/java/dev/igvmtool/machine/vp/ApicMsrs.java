package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.synic.SynIc;
import java.util.OptionalLong;

/** The registers of the local APIC, as MSRs in x2APIC mode (SDM volume 3, 11.12) and as those that the hypervisor adds. */
final class ApicMsrs {
    private static final int VERSION = 0x803;
    private static final int TPR = 0x808;
    private static final int PPR = 0x80a;
    private static final int LDR = 0x80d;
    private static final int ISR = 0x810;
    private static final int TMR = 0x818;
    private static final int IRR = 0x820;
    private static final int WORDS = 8;
    private static final int ESR = 0x828;
    private static final int LVT_TIMER = 0x832;
    private static final int LVT_THERMAL = 0x833;
    private static final int LVT_ERROR = 0x837;
    private static final int INITIAL_COUNT = 0x838;
    private static final int CURRENT_COUNT = 0x839;
    private static final int DIVIDE = 0x83e;
    private static final int SELF_IPI = 0x83f;

    /** Six entries in the local vector table. */
    private static final long VERSION_VALUE = 0x5_0014;
    /** Vector, delivery mode, polarity, trigger mode, mask. */
    private static final long LVT_BITS = 0x1_a7ff;

    private static final long SVR_BITS = 0x1ff;
    /** Vector, delivery mode, logical, level and trigger mode, shorthand, destination. */
    private static final long ICR_BITS = 0xffff_ffff_000c_cfffL;

    private static final long ICR_LOGICAL = 1 << 11;
    private static final long ICR_ASSERT = 1 << 14;
    private static final long ICR_LEVEL = 1 << 15;
    private static final int SHORTHAND_SELF = 1;
    private static final int SHORTHAND_ALL = 2;

    private final Vp vp;
    private final Partition partition;

    ApicMsrs(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** Those that a TD has in its virtual APIC page (TDX module, MSR virtualization); at the others it takes #VE. */
    static boolean isVirtual(int number) {
        return number == TPR
                || number == PPR
                || number == Msr.X2APIC_EOI
                || number == SELF_IPI
                || number >= ISR && number < IRR + WORDS;
    }

    private VtlState state() {
        return vp.state().active();
    }

    private Apic apic() {
        return state().apic;
    }

    private long now() {
        return partition.time().now();
    }

    OptionalLong read(int number) {
        return apic().x2apic() ? value(number) : OptionalLong.empty();
    }

    /** The register with the number of an MSR, in whatever way it is reached. */
    OptionalLong value(int number) {
        if (number >= ISR && number < ISR + WORDS) {
            return OptionalLong.of(apic().inServiceWord(number - ISR));
        }
        if (number >= TMR && number < TMR + WORDS) {
            return OptionalLong.of(apic().triggerModeWord(number - TMR));
        }
        if (number >= IRR && number < IRR + WORDS) {
            return OptionalLong.of(apic().requestWord(number - IRR));
        }
        if (number >= LVT_THERMAL && number <= LVT_ERROR) {
            return OptionalLong.of(apic().lvt(number - LVT_THERMAL));
        }
        return switch (number) {
            case Msr.X2APIC_ID -> OptionalLong.of(Integer.toUnsignedLong(vp.apicId()));
            case VERSION -> OptionalLong.of(VERSION_VALUE);
            case TPR -> OptionalLong.of(taskPriority());
            case PPR -> OptionalLong.of((long) apic().processorPriority(state().cr8) << 4);
            case LDR -> OptionalLong.of((long) (vp.apicId() >>> 4) << 16 | 1L << (vp.apicId() & 15));
            case Msr.X2APIC_SVR -> OptionalLong.of(apic().spuriousVector());
            case ESR -> OptionalLong.of(0);
            case Msr.X2APIC_ICR -> OptionalLong.of(command());
            case LVT_TIMER -> OptionalLong.of(apic().timer().entry());
            case INITIAL_COUNT -> OptionalLong.of(apic().timer().initialCount());
            case CURRENT_COUNT -> OptionalLong.of(apic().timer().currentCount(now()));
            case DIVIDE -> OptionalLong.of(apic().timer().divide());
            default -> OptionalLong.empty();
        };
    }

    /** False if there is no such register to write. */
    boolean write(int number, long value) {
        return apic().x2apic() && set(number, value);
    }

    /** Sets the register with the number of an MSR, in whatever way it is reached; false if there is none to write. */
    boolean set(int number, long value) {
        if (number >= LVT_THERMAL && number <= LVT_ERROR) {
            vp.mutableState().active().apic.setLvt(number - LVT_THERMAL, (int) allowed(number, value, LVT_BITS));
            return true;
        }
        switch (number) {
            case TPR -> setTaskPriority(value);
            case Msr.X2APIC_EOI -> {
                allowed(number, value, 0);
                endOfInterrupt();
            }
            case Msr.X2APIC_SVR ->
                vp.mutableState().active().apic.setSpuriousVector((int) allowed(number, value, SVR_BITS));
            case ESR -> allowed(number, value, 0);
            case Msr.X2APIC_ICR -> send(allowed(number, value, ICR_BITS));
            case LVT_TIMER -> setTimer(apic().timer().withEntry((int) allowed(number, value, ApicTimer.ENTRY_BITS)));
            case INITIAL_COUNT ->
                setTimer(apic().timer().withInitialCount(allowed(number, value, 0xffff_ffffL), now()));
            case DIVIDE ->
                setTimer(apic().timer().withDivide((int) allowed(number, value, ApicTimer.DIVIDE_BITS), now()));
            case SELF_IPI -> vp.requestInterrupt(vp.vtl(), (int) allowed(number, value, 0xff));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static long allowed(int number, long value, long bits) {
        if ((value & ~bits) != 0) {
            throw Msrs.refused(number, value);
        }
        return value;
    }

    private void setTimer(ApicTimer timer) {
        vp.mutableState().active().apic.setTimer(timer);
        partition.timers().look(vp);
    }

    /** Task priority register: bits 4-7 are CR8. */
    long taskPriority() {
        return state().cr8 << 4;
    }

    void setTaskPriority(long value) {
        if ((value & ~0xffL) != 0) {
            throw GuestException.generalProtection(String.format("task priority 0x%x", value));
        }
        vp.mutableState().active().cr8 = value >>> 4;
    }

    /** The interrupt in service with the highest priority has ended. */
    void endOfInterrupt() {
        VtlState state = vp.mutableState().active();
        int vector = state.apic.endOfInterrupt();
        if (vector >= 0
                && partition
                        .interceptor(vp.vtl(), InterceptType.APIC_EOI, InterceptType.ACCESS_WRITE, 0)
                        .isPresent()) {
            state.endedInterrupts.add(vector);
        }
        SynIc.scan(vp, vp.vtl());
    }

    /** Interrupt command register: the last command. */
    long command() {
        return apic().command();
    }

    /** Interrupt command in the register of the hypervisor: in xAPIC mode its destination is in the upper 8 bits. */
    void sendAsMode(long command) {
        send(apic().x2apic() ? command : ApicPage.destination(command >>> 56) << 32 | command & 0xffff_ffffL);
    }

    /** Interrupt command: to a destination or a shorthand. Levels are asserted, never taken back. */
    void send(long command) {
        vp.mutableState().active().apic.setCommand(command);
        int type = (int) (command >>> 8) & 7;
        int vector = (int) command & 0xff;
        boolean level = (command & ICR_LEVEL) != 0;
        if (!InterruptMessage.isDeliverable(type)
                || InterruptMessage.hasVector(type) && vector < 16
                || type == InterruptMessage.INIT && level && (command & ICR_ASSERT) == 0) {
            // Reserved modes and vectors reach nobody; a de-assert of INIT only sets arbitration ids.
            return;
        }
        InterruptMessage message = new InterruptMessage(
                type, vector, (int) (command >>> Integer.SIZE), (command & ICR_LOGICAL) != 0, false);
        InterruptRouter router = partition.interrupts();
        int vtl = vp.vtl();
        int shorthand = (int) (command >>> 18) & 3;
        if (shorthand == SHORTHAND_SELF) {
            router.sendTo(vp.apicId(), vtl, message);
        } else if (shorthand >= SHORTHAND_ALL) {
            router.send(vtl, message, other -> shorthand == SHORTHAND_ALL || other != vp);
        } else if (message.logical() || message.destination() == InterruptMessage.BROADCAST) {
            router.send(vtl, message);
        } else {
            router.sendTo(message.destination(), vtl, message);
        }
    }
}
