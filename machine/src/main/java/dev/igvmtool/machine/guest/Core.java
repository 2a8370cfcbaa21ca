package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.binary.Memory;
import java.util.Optional;

/**
 * What a virtual processor of any architecture is to the program running on it: memory, a place in the program, and the
 * program's private record. The instructions are those of {@link Cpu} or {@link ArmCpu}.
 */
public interface Core {
    /** For which the program was made. */
    Architecture architecture();

    /** Memory by guest virtual address, through the page tables and the protections of the current VTL. */
    Memory memory();

    /** Continues at {@code address} (JMP, BR). */
    void jump(long address);

    /**
     * Address of the first slot of the running program, as it executes now: what addressing relative to the program
     * counter gives to machine code. Link-time addresses follow from it by {@link ImageLayout}.
     */
    long origin();

    /** Address of what stands behind the last slot of the running program, see {@link Program#constants}. */
    long constants();

    /** Address of a step of the running program, relative to {@link #origin()}: a symbol of the program. */
    long addressOf(String stepName);

    /** Continues at a step of the running program. */
    default void jumpTo(String stepName) {
        jump(addressOf(stepName));
    }

    /**
     * The program's private record: state that has no real layout worth modelling (the kernel stage's file tree). The
     * machine holds one immutable record for each program and keeps it in snapshots; no other program can reach it.
     */
    <S extends Record> Optional<S> kept(Class<S> type);

    /** Replaces the program's private record. */
    void keep(Record state);
}
