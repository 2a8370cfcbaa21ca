package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.StopReason;
import org.junit.jupiter.api.Test;

class KernelStubTest {
    @Test
    void panicsWithoutInitrd() {
        KernelMachine kernel = KernelMachine.builder().build();
        assertEquals(StopReason.IDLE, kernel.machine.run(10_000), kernel::trouble);
        String console = kernel.console.text().toUtf8();
        assertTrue(console.contains("Kernel panic - not syncing: No working init found"), kernel::trouble);
    }

    @Test
    void panicsOnDamagedInitrd() {
        KernelMachine kernel =
                KernelMachine.builder().initrd(Bytes.utf8("not a cpio archive")).build();
        assertEquals(StopReason.IDLE, kernel.machine.run(10_000), kernel::trouble);
        String console = kernel.console.text().toUtf8();
        assertTrue(console.contains("Kernel panic - not syncing: an archive starts with byte 0x6e"), kernel::trouble);
    }
}
