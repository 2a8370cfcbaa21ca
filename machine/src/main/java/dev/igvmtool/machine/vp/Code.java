package dev.igvmtool.machine.vp;

import dev.igvmtool.machine.guest.Cpu;

/** Executes what stands at RIP, for programs that are not slots: machine code. */
public interface Code {
    /** Executes exactly one instruction at {@link Cpu#rip()} and moves RIP past it or to where it jumps. */
    void step(Cpu cpu);
}
