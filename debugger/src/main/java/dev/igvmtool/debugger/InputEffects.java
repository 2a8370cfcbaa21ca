package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.VpRegisters;

/** What inputs do to a machine. */
final class InputEffects {
    private final Machine machine;

    InputEffects(Machine machine) {
        this.machine = machine;
    }

    /** @throws IgvmToolException if the input cannot have an effect */
    void check(Input input) {
        if (input instanceof Input.MemoryWrite write) {
            checkRam(write.gpa(), write.content().size());
        } else if (input instanceof Input.RegisterWrite write) {
            checkVp(write.vp());
            if (!machine.vp(write.vp()).state().hasVtl(write.vtl())) {
                throw new IgvmToolException("VP " + write.vp() + " has no VTL " + write.vtl());
            }
        } else if (input instanceof Input.SerialInput serial) {
            if (machine.ports().serial(serial.port()).isEmpty()) {
                throw new IgvmToolException(String.format("no serial port at 0x%x", serial.port()));
            }
        } else if (input instanceof Input.VpChoice choice) {
            checkVp(choice.vp());
            if (!machine.vp(choice.vp()).canTakeTurn()) {
                throw new IgvmToolException("VP " + choice.vp() + " cannot take a turn");
            }
        }
    }

    private void checkVp(int vp) {
        if (vp < 0 || vp >= machine.partition().vpCount()) {
            throw new IgvmToolException(
                    "no VP " + vp + ", the machine has " + machine.partition().vpCount());
        }
    }

    private void checkRam(long gpa, int length) {
        for (long at = gpa; at < gpa + length; at = (at | PhysicalMemory.PAGE_SIZE - 1) + 1) {
            if (!machine.physicalMemory().isRam(at)) {
                throw new IgvmToolException(String.format("GPA 0x%x is not RAM", at));
            }
        }
    }

    void apply(Input input) {
        if (input instanceof Input.MemoryWrite write) {
            machine.physicalMemory().writeBytes(write.gpa(), write.content());
        } else if (input instanceof Input.RegisterWrite write) {
            int status = VpRegisters.set(machine.vp(write.vp()), write.vtl(), write.name(), write.value());
            if (status != HvStatus.SUCCESS) {
                throw new IgvmToolException(String.format(
                        "register 0x%08x of VP %d cannot be set to 0x%x",
                        write.name(), write.vp(), write.value().low()));
            }
        } else if (input instanceof Input.SerialInput serial) {
            machine.ports().serial(serial.port()).ifPresent(port -> port.receive(serial.content()));
        }
        // A choice of VP takes effect in the next turn.
    }
}
