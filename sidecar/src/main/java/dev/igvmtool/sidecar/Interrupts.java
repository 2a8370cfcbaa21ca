package dev.igvmtool.sidecar;

import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** The interrupt descriptor table and the handlers that it names. */
final class Interrupts {
    /** Vector of the IPI that wakes a VP. */
    static final int REQUEST_VECTOR = 0x20;

    private static final int GATE_BYTES = 16;
    static final int IDT_BYTES = (REQUEST_VECTOR + 1) * GATE_BYTES;
    private static final int INTERRUPT_GATE_PRESENT = 0x8e;
    /** The gates of the two exceptions are not marked present, so the VP shuts down on them; kept as it is. */
    private static final int TRAP_GATE_NOT_PRESENT = 0x0f;

    private Interrupts() {}

    static List<Step> steps() {
        return List.of(
                Step.of("wake", Interrupts::wake),
                Step.of("general-protection", cpu -> {
                    throw Crash.panic(cpu, "general protection fault");
                }),
                Step.of("page-fault", cpu -> {
                    throw Crash.panic(cpu, "page fault");
                }));
    }

    static void fillIdt(Cpu cpu) {
        gate(cpu, REQUEST_VECTOR, "wake", INTERRUPT_GATE_PRESENT);
        gate(cpu, Vector.GENERAL_PROTECTION.number(), "general-protection", TRAP_GATE_NOT_PRESENT);
        gate(cpu, Vector.PAGE_FAULT.number(), "page-fault", TRAP_GATE_NOT_PRESENT);
    }

    /** The interrupt says only that the status may have changed, which the interrupted loop looks at anyway. */
    private static void wake(Cpu cpu) {
        cpu.writeMsr(Msr.X2APIC_EOI, 0);
        cpu.interruptReturn();
    }

    private static void gate(Cpu cpu, int vector, String handler, int type) {
        long address = Statics.of(cpu).address(Statics.Place.IDT) + (long) vector * GATE_BYTES;
        long offset = cpu.addressOf(handler);
        long low = offset & 0xffff | (long) StartContext.CODE_SELECTOR << 16 | (long) type << 40;
        cpu.memory().writeU64(address, low | (offset & 0xffff_0000L) << 32);
        cpu.memory().writeU64(address + Long.BYTES, offset >>> 32);
    }
}
