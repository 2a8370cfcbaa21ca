package dev.igvmtool.machine;

import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static dev.igvmtool.machine.TestMachines.setRegister;

import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.ArrayList;
import java.util.List;

/** A guest in VTL0 below a VTL2 that sets things up, returns, and keeps the messages that bring it back. */
public final class TwoVtls {
    public static final long ASSIST = 0x7_0000;
    private static final int VTL0 = 0x10;
    private static final int INTERCEPT = 3;

    public final Machine machine;

    /** Intercept messages, oldest first. */
    public final List<HvMessage> messages = new ArrayList<>();

    /**
     * @param prepare run in VTL2 before the guest
     * @param serve run in VTL2 after each message, before the return
     * @param guest steps in VTL0, {@link TestMachines#codeOf} program 2
     */
    public TwoVtls(PartitionConfig config, Step.Action prepare, Step.Action serve, Step.Action... guest) {
        machine = running(
                config,
                program(
                        1,
                        cpu -> {
                            TestMachines.enableHypercalls(cpu);
                            cpu.writeMsr(0x4000_0073, ASSIST | 1);
                            setRegister(cpu, 0, RegisterName.VSM_PARTITION_CONFIG, 0x1c3f);
                        },
                        prepare,
                        cpu -> returnToVtl0(cpu),
                        cpu -> {
                            VpAssistPage assist = new VpAssistPage(cpu.memory(), ASSIST);
                            if (assist.entryReason() == INTERCEPT) {
                                messages.add(HvMessage.CODEC.read(assist.message()));
                            }
                            long rax = cpu.get(Gpr.RAX);
                            long rcx = cpu.get(Gpr.RCX);
                            serve.run(cpu);
                            assist.setRax(rax);
                            assist.setRcx(rcx);
                        },
                        cpu -> cpu.jumpTo("s2")),
                program(2, guest));
        startVtl0(machine);
    }

    private static void startVtl0(Machine machine) {
        InitialVpContext context = contextAt(codeOf(2));
        set(machine, RegisterName.RIP, RegisterValue.of(context.rip()));
        set(machine, RegisterName.RAX + Gpr.RSP.ordinal(), RegisterValue.of(context.rsp() - 0x1000));
        set(machine, RegisterName.CR0, RegisterValue.of(context.cr0()));
        set(machine, RegisterName.CR3, RegisterValue.of(context.cr3()));
        set(machine, RegisterName.CR4, RegisterValue.of(context.cr4()));
        set(machine, RegisterName.EFER, RegisterValue.of(context.efer()));
        set(machine, RegisterName.GDTR, RegisterValue.of(context.gdtr()));
        set(machine, RegisterName.IDTR, RegisterValue.of(context.idtr()));
        set(machine, RegisterName.ES + SegmentRegister.CS.ordinal(), RegisterValue.of(context.cs()));
        set(machine, RegisterName.ES + SegmentRegister.SS.ordinal(), RegisterValue.of(context.ss()));
        set(machine, RegisterName.ES + SegmentRegister.TR.ordinal(), RegisterValue.of(context.tr()));
    }

    private static void set(Machine machine, int name, RegisterValue value) {
        VpRegisters.set(machine.vp(0), 0, name, value);
    }

    private static void returnToVtl0(Cpu cpu) {
        cpu.set(Gpr.RCX, 0);
        cpu.callHypercallPage(HYPERCALL_PAGE + 0x26);
    }

    /** In VTL2: VTL0 goes on at its next step. */
    public static void skipStep(Cpu cpu) {
        HvMessage message = HvMessage.CODEC.read(new VpAssistPage(cpu.memory(), ASSIST).message());
        // The header of every message but EOI has RIP in its 25th to 32nd byte.
        long rip = message.payload().u64(24);
        setRegister(cpu, VTL0, RegisterName.RIP, rip + 16);
    }
}
