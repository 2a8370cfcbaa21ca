package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.x64.Gpr;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How an exit is completed.
 *
 * @param devices state afterwards
 * @param registers general registers of VTL0 to change
 * @param rip where VTL0 goes on; empty: where it was
 * @param com1Output byte for the host's COM1
 * @param log a line for the log
 * @param halted true if the VP waits for an interrupt
 * @param stopped true if the VP does not run any more
 */
public record ExitAction(
        GuestDevices devices,
        Map<Gpr, Long> registers,
        OptionalLong rip,
        OptionalInt com1Output,
        Optional<String> log,
        boolean halted,
        boolean stopped) {
    public ExitAction {
        Map<Gpr, Long> ordered = new EnumMap<>(Gpr.class);
        ordered.putAll(registers);
        registers = Collections.unmodifiableMap(ordered);
    }

    /** Nothing changes; the VP goes on where it was. */
    static ExitAction none(GuestDevices devices) {
        return new ExitAction(
                devices, Map.of(), OptionalLong.empty(), OptionalInt.empty(), Optional.empty(), false, false);
    }

    /** The VP stops, for the reason given. */
    static ExitAction stop(GuestDevices devices, String reason) {
        return new ExitAction(
                devices, Map.of(), OptionalLong.empty(), OptionalInt.empty(), Optional.of(reason), false, true);
    }

    /** The instruction is done: registers changed, RIP behind it. */
    static ExitAction completed(GuestDevices devices, Map<Gpr, Long> registers, long rip) {
        return new ExitAction(
                devices, registers, OptionalLong.of(rip), OptionalInt.empty(), Optional.empty(), false, false);
    }

    /** The same with a byte for the host. */
    ExitAction withCom1Output(OptionalInt output) {
        return new ExitAction(devices, registers, rip, output, log, halted, stopped);
    }

    /** The same, waiting for an interrupt afterwards. */
    ExitAction withHalt() {
        return new ExitAction(devices, registers, rip, com1Output, log, true, stopped);
    }

    /** The same with a line for the log. */
    ExitAction withLog(String line) {
        return new ExitAction(devices, registers, rip, com1Output, Optional.of(line), halted, stopped);
    }
}
