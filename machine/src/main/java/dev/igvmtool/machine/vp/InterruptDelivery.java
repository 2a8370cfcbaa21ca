package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.GuestException;
import java.util.Optional;
import java.util.function.Consumer;

/** Delivers interrupts and exceptions through the IDT in 64-bit mode (SDM volume 3, chapter 6.14). */
final class InterruptDelivery {
    private static final int NMI = 2;
    private static final int GATE_BYTES = 16;
    private static final int TSS_RSP0 = 4;
    private static final int TSS_IST1 = 36;
    private static final int INTERRUPT_GATE = 0xe;
    private static final int TRAP_GATE = 0xf;
    /** In an error code: the selector part names an IDT entry. */
    private static final int CODE_IDT = 2;
    /** In an error code: an external event was being delivered. */
    private static final int CODE_EXTERNAL = 1;

    private static final long RFLAGS_TF = 1 << 8;
    private static final long RFLAGS_IF = 1 << 9;
    private static final long RFLAGS_NT = 1 << 14;
    private static final long RFLAGS_RF = 1 << 16;
    private static final long EFER_LMA = 1 << 10;

    private final Vp vp;
    private final Consumer<GuestException> unrecoverable;

    /** @param unrecoverable takes the exception that began what ends in a triple fault */
    InterruptDelivery(Vp vp, Consumer<GuestException> unrecoverable) {
        this.vp = vp;
        this.unrecoverable = unrecoverable;
    }

    /** Delivers an exception; one that cannot be delivered becomes a double fault, and that one a stop of the VP. */
    void exception(GuestException fault) {
        GuestException current = fault;
        boolean doubleFault = false;
        while (true) {
            try {
                if (current.vector() == Vector.PAGE_FAULT) {
                    vp.mutableState().cr2 = current.address();
                }
                deliver(current.vector().number(), current.vector().hasErrorCode(), current.errorCode(), false);
                return;
            } catch (GuestException next) {
                if (doubleFault) {
                    unrecoverable.accept(fault);
                    return;
                }
                if (makesDoubleFault(severity(current.vector()), severity(next.vector()))) {
                    current = new GuestException(Vector.DOUBLE_FAULT, 0, 0, next.getMessage());
                    doubleFault = true;
                } else {
                    current = next;
                }
            }
        }
    }

    /** Delivers an event that a higher VTL has made pending. */
    void injected(int vector, boolean hasCode, int code, long parameter) {
        Optional<Vector> known = Vector.of(vector);
        if (known.isPresent()) {
            exception(new GuestException(known.get(), code, parameter, "exception injected by a higher VTL"));
            return;
        }
        try {
            deliver(vector, hasCode, code, false);
        } catch (GuestException fault) {
            exception(fault);
        }
    }

    /** Delivers an NMI. */
    void nonMaskable() {
        try {
            deliver(NMI, false, 0, true);
        } catch (GuestException fault) {
            exception(fault);
        }
    }

    /** Delivers an external interrupt. */
    void external(int vector) {
        try {
            deliver(vector, false, 0, true);
        } catch (GuestException fault) {
            exception(fault);
        }
    }

    /** How an exception weighs if another one was being delivered (SDM volume 3, table 6-4). */
    private enum Severity {
        BENIGN,
        CONTRIBUTORY,
        PAGE_FAULT
    }

    private static Severity severity(Vector vector) {
        return switch (vector) {
            case DIVIDE_ERROR, INVALID_TSS, SEGMENT_NOT_PRESENT, STACK_FAULT, GENERAL_PROTECTION, VMM_COMMUNICATION ->
                Severity.CONTRIBUTORY;
            case PAGE_FAULT, VIRTUALIZATION -> Severity.PAGE_FAULT;
            case DEBUG, BREAKPOINT, INVALID_OPCODE, DOUBLE_FAULT -> Severity.BENIGN;
        };
    }

    /** Table 6-5: a page fault on the way to a contributory exception is handled by itself. */
    private static boolean makesDoubleFault(Severity first, Severity second) {
        return switch (first) {
            case BENIGN -> false;
            case CONTRIBUTORY -> second == Severity.CONTRIBUTORY;
            case PAGE_FAULT -> second != Severity.BENIGN;
        };
    }

    private void deliver(int vector, boolean hasCode, int code, boolean external) {
        VtlState vtl = vp.mutableState().active();
        int gateCode = vector * 8 | CODE_IDT | (external ? CODE_EXTERNAL : 0);
        if ((vtl.efer & EFER_LMA) == 0) {
            throw GuestException.generalProtection("interrupts are delivered in long mode only");
        }
        if (vector * GATE_BYTES + GATE_BYTES - 1 > vtl.idtr.limit()) {
            throw gateFault(Vector.GENERAL_PROTECTION, gateCode, vector, "lies past the limit of the IDT");
        }
        vp.asSupervisor(() -> throughGate(vtl, vector, gateCode, hasCode, code));
    }

    private void throughGate(VtlState vtl, int vector, int gateCode, boolean hasCode, int code) {
        Memory memory = vp.memory();
        long gateAddress = vtl.idtr.base() + (long) vector * GATE_BYTES;
        long low = memory.readU64(gateAddress);
        long high = memory.readU64(gateAddress + Long.BYTES);
        int type = (int) (low >>> 40) & 0x1f;
        if (type != INTERRUPT_GATE && type != TRAP_GATE) {
            throw gateFault(Vector.GENERAL_PROTECTION, gateCode, vector, "is not an interrupt or trap gate");
        }
        if ((low >>> 47 & 1) == 0) {
            throw gateFault(Vector.SEGMENT_NOT_PRESENT, gateCode, vector, "is not present");
        }
        long offset = low & 0xffff | low >>> 32 & 0xffff_0000L | high << 32;
        int selector = (int) (low >>> 16) & 0xffff;
        SegmentValue cs = Descriptors.loadCode(memory, vtl.gdtr, selector);
        int oldLevel = vtl.cpl();
        int newLevel = cs.attributes() >> 5 & 3;
        int stackTable = (int) (low >>> 32) & 7;
        long rsp = vtl.rsp;
        if (stackTable != 0) {
            rsp = fromTss(vtl, TSS_IST1 + 8 * (stackTable - 1));
        } else if (newLevel < oldLevel) {
            rsp = fromTss(vtl, TSS_RSP0 + 8 * newLevel);
        }
        int ss = vtl.segment(SegmentRegister.SS).selector();
        long top = rsp & -16;
        long bottom = top - 8L * (hasCode ? 6 : 5);
        memory.writeU64(top - 8, ss);
        memory.writeU64(top - 16, vtl.rsp);
        memory.writeU64(top - 24, vtl.rflags);
        memory.writeU64(top - 32, vtl.segment(SegmentRegister.CS).selector());
        memory.writeU64(top - 40, vtl.rip);
        if (hasCode) {
            memory.writeU64(top - 48, code);
        }
        vtl.rsp = bottom;
        vtl.rip = offset;
        vtl.rflags &= ~(RFLAGS_TF | RFLAGS_NT | RFLAGS_RF | (type == INTERRUPT_GATE ? RFLAGS_IF : 0));
        vtl.setSegment(
                SegmentRegister.CS, new SegmentValue(cs.base(), cs.limit(), selector & ~3 | newLevel, cs.attributes()));
        if (newLevel < oldLevel) {
            vtl.setSegment(SegmentRegister.SS, Descriptors.nullStack());
        }
    }

    private long fromTss(VtlState vtl, int offset) {
        SegmentValue tr = vtl.segment(SegmentRegister.TR);
        if (offset + 7 > tr.limit() || tr.base() == 0) {
            throw new GuestException(
                    Vector.INVALID_TSS,
                    tr.selector() & ~3,
                    0,
                    String.format("task-state segment has no stack at offset 0x%x", offset));
        }
        return vp.memory().readU64(tr.base() + offset);
    }

    private static GuestException gateFault(Vector vector, int code, int gate, String why) {
        return new GuestException(vector, code, 0, String.format("gate of vector 0x%x %s", gate, why));
    }
}
