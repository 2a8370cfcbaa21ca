package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.guest.GuestStub;
import dev.igvmtool.init.Init;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.paravisor.ParavisorRuntime;
import org.junit.jupiter.api.Test;

/** Kernel, first process and paravisor together, up to a guest in VTL0. */
class ParavisorTest {
    private static final long GUEST_GPA = new GuestStub().layout().linkAddress();

    @Test
    void theGuestRunsInVtl0() {
        KernelMachine kernel = machine(2, "");
        Serial com1 = new Serial(Serial.COM1);
        kernel.machine.ports().add(com1);
        StopReason reason = kernel.machine.run(500_000);
        assertEquals(StopReason.IDLE, reason, kernel::trouble);
        assertTrue(com1.text().toUtf8().contains("guest: hello from VTL0"), kernel::trouble);
        assertEquals(RunState.HALTED, kernel.machine.vp(0).runState());
        assertEquals(0, kernel.machine.vp(0).vtl());
    }

    /** @param options more for the command line, each after a space */
    static KernelMachine machine(int vps, String options) {
        ParavisorRuntime paravisor = new ParavisorRuntime();
        KernelMachine kernel = KernelMachine.builder()
                .vps(vps)
                .commandLine(KernelMachine.COMMAND_LINE + " OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux" + options)
                .program(new Init())
                .program(paravisor)
                .program(new GuestStub())
                .initrd(InitTest.ramDisk(paravisor).build())
                .build();
        place(kernel.machine.physicalMemory());
        return kernel;
    }

    private static void place(PhysicalMemory memory) {
        long config = KernelMachine.PARAMETERS.start() + ParameterRegion.MEASURED_CONFIG_PAGE * 4096L;
        memory.write(MeasuredVtl2Config.CODEC, config, MeasuredVtl2Config.of(0, 0));
        BootLogBuffer log = new BootLogBuffer(memory, KernelMachine.BOOT_LOG.start());
        log.reset((int) KernelMachine.BOOT_LOG.size());
        log.append(Bytes.utf8("a line of the boot shim\n"));
        memory.writeBytes(GUEST_GPA + new GuestStub().layout().entryOffset(), StageImage.slots(new GuestStub()));
        memory.write(
                MeasuredVtl0Config.CODEC,
                0,
                new MeasuredVtl0Config(
                        MeasuredVtl0Config.MAGIC,
                        MeasuredVtl0Config.SUPPORTS_LINUX,
                        PageRegion.EMPTY,
                        PageRegion.EMPTY,
                        new PageRegion(GUEST_GPA >> 12, 1),
                        GUEST_GPA + new GuestStub().layout().entryOffset(),
                        PageRegion.EMPTY,
                        0,
                        new PageRegion(1, 1)));
        memory.writeBytes(0x1000, Bytes.utf8("console=ttyS0\0"));
    }
}
