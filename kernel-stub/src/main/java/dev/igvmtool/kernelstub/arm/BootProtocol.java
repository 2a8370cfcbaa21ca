package dev.igvmtool.kernelstub.arm;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.linux.ArmImageHeader;
import dev.igvmtool.machine.guest.ArmCpu;
import java.util.ArrayList;
import java.util.List;

/** What a boot loader owes an arm64 kernel at its entry, as far as the kernel can see it. */
final class BootProtocol {
    private static final long TWO_MIB = 2 << 20;
    private static final int TREE_ALIGNMENT = 8;

    private BootProtocol() {}

    /**
     * What is against the protocol, and keeps a kernel from starting.
     *
     * @param imageGpa address of the kernel's header
     */
    static List<String> violations(ArmCpu cpu, long imageGpa) {
        List<String> found = new ArrayList<>();
        long sctlr = cpu.get(SystemRegister.SCTLR_EL1);
        if ((sctlr & SystemControl.M) != 0) {
            found.add(String.format("translation is on: SCTLR_EL1 is 0x%x, expected bit 0 clear", sctlr));
        }
        for (int register = 1; register <= 3; register++) {
            if (cpu.x(register) != 0) {
                found.add(String.format("X%d is 0x%x, expected 0", register, cpu.x(register)));
            }
        }
        if ((cpu.pstate() & ProcessorState.MODE) != ProcessorState.EL1H) {
            found.add(String.format("PSTATE is 0x%x, expected EL1h", cpu.pstate()));
        }
        ArmImageHeader header = cpu.memory().read(ArmImageHeader.CODEC, imageGpa);
        if (header.magic() != ArmImageHeader.MAGIC) {
            found.add(String.format("no image header at 0x%x", imageGpa));
        } else if (Long.remainderUnsigned(imageGpa - header.textOffset(), TWO_MIB) != 0) {
            found.add(String.format(
                    "the image is at 0x%x, expected 0x%x from a multiple of 2 MiB", imageGpa, header.textOffset()));
        }
        if (cpu.x(0) == 0 || cpu.x(0) % TREE_ALIGNMENT != 0) {
            found.add(String.format("X0 is 0x%x, expected a device tree at a multiple of 8", cpu.x(0)));
        }
        return found;
    }

    /** True if interrupts are masked, as the protocol asks for; a kernel masks them anyhow. */
    static boolean masked(ArmCpu cpu) {
        return (cpu.pstate() & ProcessorState.DAIF) == ProcessorState.DAIF;
    }
}
