package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.ArmException;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.partition.Partition;
import java.util.Optional;

/**
 * Runs programs on an AArch64 VP: the step at PC, or the one instruction that may stand between steps, an unconditional
 * branch, as a kernel image begins with it and as vectors hold it. There are no interrupts.
 */
final class ArmCode {
    private static final int BRANCH = 0x05;
    private static final int BRANCH_SHIFT = 26;
    private static final long OWN_STACK_VECTORS = 0x200;

    private final Vp vp;
    private final Partition partition;
    private final RunningProgram running = new RunningProgram();

    ArmCode(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** The program whose step is running. */
    RunningProgram running() {
        return running;
    }

    /** Runs one step or one branch. */
    void turn() {
        if (vp.runState() != RunState.RUNNING) {
            return;
        }
        VtlState vtl = vp.state().active();
        long pc = vtl.rip;
        try {
            execute(vtl, pc);
        } catch (ArmException exception) {
            vtl.rip = pc;
            take(vtl, exception);
        } catch (GpaFault fault) {
            vtl.rip = pc;
            vp.stop(fault.getMessage());
        } catch (IgvmToolException failure) {
            vtl.rip = pc;
            vp.stop((running.isRunning() ? "the program gave up: " : "") + failure.getMessage());
        } finally {
            running.end();
        }
    }

    private void execute(VtlState vtl, long pc) {
        long first = vp.memory().fetchU64(pc);
        Optional<Slot> slot = Slot.decode(first, vp.memory().fetchU64(pc + Long.BYTES));
        if (slot.isEmpty()) {
            branch(vtl, pc, (int) first);
            return;
        }
        Programs.Entry entry = partition
                .programs()
                .find(slot.get().program())
                .orElseThrow(() ->
                        ArmException.undefined(String.format("the program of the slot at 0x%x is not installed", pc)));
        int number = slot.get().step();
        if (number >= entry.steps().size() || !(entry.steps().get(number).act() instanceof Step.ArmAction action)) {
            throw ArmException.undefined(String.format(
                    "program %s has no step %d for AArch64", entry.program().name(), number));
        }
        running.begin(entry, number, pc);
        vtl.rip = pc + Slot.SIZE;
        int level = vp.vtl();
        action.run(vp.armCpu());
        vp.state().lastProgram = entry.program().number();
        Step step = entry.steps().get(number);
        long count = countStep();
        if (partition.observed()) {
            partition.emit(new MachineEvent.StepRetired(
                    count, vp.index(), level, pc, entry.program().name(), step.name(), step.event()));
        }
        partition.conduct().afterStep(partition, vp.index(), step.event());
        if (vtl.halted && partition.observed()) {
            partition.emit(new MachineEvent.VpHalted(vp.index(), level, vtl.rip, false));
        }
    }

    /** B: a signed distance in instructions. */
    private void branch(VtlState vtl, long pc, int instruction) {
        if (instruction >>> BRANCH_SHIFT != BRANCH) {
            throw ArmException.undefined(
                    String.format("no slot at 0x%x, and nothing to run instruction 0x%08x", pc, instruction));
        }
        long distance = (long) (instruction << Integer.SIZE - BRANCH_SHIFT) >> Integer.SIZE - BRANCH_SHIFT - 2;
        vtl.rip = pc + distance;
        countStep();
    }

    private long countStep() {
        vp.state().stepsRetired++;
        return partition.time().countStep(vp.index());
    }

    /** Takes an exception to the vectors; one that the first instruction of the handler causes would go on for ever. */
    private void take(VtlState vtl, ArmException exception) {
        Syndrome syndrome = exception.syndrome();
        if (partition.observed()) {
            partition.emit(new MachineEvent.Fault(
                    vp.index(),
                    vp.vtl(),
                    vtl.rip,
                    syndrome.exceptionClass(),
                    syndrome.specific(),
                    exception.getMessage()));
        }
        ArmState arm = vtl.arm();
        boolean ownStack = (arm.pstate & ProcessorState.SP_SELECT) != 0;
        long handler = arm.get(SystemRegister.VBAR_EL1) + (ownStack ? OWN_STACK_VECTORS : 0);
        if (handler == vtl.rip) {
            vp.stop("exception at its own vector: " + exception.getMessage());
            return;
        }
        arm.set(SystemRegister.ESR_EL1, syndrome.value());
        if (exception.address() != 0) {
            arm.set(SystemRegister.FAR_EL1, exception.address());
        }
        arm.set(SystemRegister.ELR_EL1, vtl.rip);
        arm.set(SystemRegister.SPSR_EL1, arm.pstate);
        arm.pstate = ProcessorState.EL1H | ProcessorState.DAIF;
        vtl.rip = handler;
    }
}
