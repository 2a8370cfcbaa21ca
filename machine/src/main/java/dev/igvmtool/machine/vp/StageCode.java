package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.partition.Partition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Runs programs made of slots: finds the step at RIP, runs it, and does what follows from how it ended: retired, in an
 * exception, or in an access that a higher VTL answers.
 */
final class StageCode {
    private static final long RFLAGS_IF = 1 << 9;
    private static final long EFER_LMA = 1 << 10;
    private static final int PAGE_SHIFT = 12;

    private final Vp vp;
    private final Partition partition;
    private final InterruptDelivery delivery;
    private final VtlTransitions transitions;
    private final PendingEvents events;

    private final RunningProgram running = new RunningProgram();
    private AfterStep afterStep = AfterStep.NOTHING;
    private int lowerVtl;
    private final long[] gprsBefore = new long[Gpr.values().length];
    private long rspBefore;
    private long rflagsBefore;

    /** A change of VTL that takes effect when the step is over. */
    enum AfterStep {
        NOTHING,
        VTL_CALL,
        VTL_RETURN,
        VTL_RETURN_FAST,
        RUN_LOWER
    }

    StageCode(Vp vp, Partition partition) {
        this.vp = vp;
        this.partition = partition;
        this.delivery = new InterruptDelivery(vp, this::unrecoverable);
        this.transitions = new VtlTransitions(vp, partition);
        this.events = new PendingEvents(vp, transitions, delivery);
    }

    /** Takes a pending interrupt if there is one, then runs one step. */
    void turn() {
        try {
            if (vp.state().active().waitsInMailbox) {
                partition.mailbox().answer(vp);
                return;
            }
            events.take();
            if (vp.runState() == RunState.RUNNING) {
                step();
            }
        } catch (GpaFault fault) {
            unreachable(fault);
        }
    }

    /** The frame of an interrupt or exception, or what leads to it, cannot be reached. */
    private void unreachable(GpaFault fault) {
        try {
            memoryFault(fault, vp.memory().faultAddress());
        } catch (GpaFault again) {
            vp.stop("a page of the hypervisor cannot be reached: " + again.getMessage());
        }
    }

    /** The program whose step is running. */
    RunningProgram running() {
        return running;
    }

    /** Changes the VTL when the step is over. */
    void setAfterStep(AfterStep change) {
        afterStep = change;
    }

    /** Runs a lower VTL when the step is over, as hardware isolation does it. */
    void runLowerVtl(int vtl) {
        afterStep = AfterStep.RUN_LOWER;
        lowerVtl = vtl;
    }

    private void step() {
        VtlState vtl = vp.state().active();
        long rip = vtl.rip;
        System.arraycopy(vp.state().gprs, 0, gprsBefore, 0, gprsBefore.length);
        rspBefore = vtl.rsp;
        rflagsBefore = vtl.rflags;
        vp.platform().beginStep();
        afterStep = AfterStep.NOTHING;
        try {
            execute(vtl, rip);
        } catch (GuestException fault) {
            vtl.rip = rip;
            vtl.halted = false;
            vtl.completed = List.of();
            fault(vtl, fault);
        } catch (InterceptedAccess access) {
            takeBack(vtl, rip);
            transitions.intercept(access.request);
        } catch (GpaFault fault) {
            long gva = vp.memory().faultAddress();
            takeBack(vtl, rip);
            memoryFault(fault, gva);
        } catch (IgvmToolException failure) {
            vtl.rip = rip;
            vp.stop((running.isRunning() ? "the program gave up: " : "") + failure.getMessage());
        } finally {
            running.end();
        }
    }

    private void execute(VtlState vtl, long rip) {
        Optional<Slot> slot = fetchSlot();
        Optional<Programs.Entry> program =
                slot.flatMap(s -> partition.programs().find(s.program()));
        if (slot.isEmpty() || program.isEmpty()) {
            Code code = partition
                    .machineCode()
                    .orElseThrow(() -> GuestException.invalidOpcode(String.format(
                            slot.isPresent()
                                    ? "the program of the slot at 0x%x is not installed"
                                    : "no slot at 0x%x, and nothing to run machine code",
                            rip)));
            code.step(vp.cpu());
            afterStep(vtl);
            countStep(vtl);
            return;
        }
        Programs.Entry entry = program.get();
        int number = slot.get().step();
        if (number >= entry.steps().size()) {
            throw GuestException.invalidOpcode(
                    String.format("program %s has no step %d", entry.program().name(), number));
        }
        running.begin(entry, number, rip);
        vtl.rip = rip + Slot.SIZE;
        int level = vp.vtl();
        Step step = entry.steps().get(number);
        action(entry, step).run(vp.cpu());
        vp.state().lastProgram = entry.program().number();
        vtl.completed = List.of();
        long count = countStep(vtl);
        if (partition.observed()) {
            partition.emit(new MachineEvent.StepRetired(
                    count, vp.index(), level, rip, entry.program().name(), step.name(), step.event()));
        }
        partition.conduct().afterStep(partition, vp.index(), step.event());
        afterStep(vtl);
    }

    private static Step.Action action(Programs.Entry entry, Step step) {
        if (step.act() instanceof Step.Action action) {
            return action;
        }
        throw GuestException.invalidOpcode("program " + entry.program().name() + " is for "
                + entry.program().architecture());
    }

    private long countStep(VtlState vtl) {
        vtl.interruptShadow = false;
        vp.state().stepsRetired++;
        return partition.time().countStep(vp.index());
    }

    private void afterStep(VtlState vtl) {
        if ((vtl.halted || vtl.idle) && partition.observed()) {
            partition.emit(new MachineEvent.VpHalted(vp.index(), vp.vtl(), vtl.rip, (vtl.rflags & RFLAGS_IF) != 0));
        }
        switch (afterStep) {
            case NOTHING -> {
                // Goes on in the same VTL.
            }
            case VTL_CALL -> transitions.callHigher();
            case VTL_RETURN -> transitions.returnToLower(false);
            case VTL_RETURN_FAST -> transitions.returnToLower(true);
            case RUN_LOWER -> transitions.runLower(lowerVtl);
        }
    }

    /** A step that has not happened leaves no trace in its registers. */
    private void takeBack(VtlState vtl, long rip) {
        System.arraycopy(gprsBefore, 0, vp.state().gprs, 0, gprsBefore.length);
        vtl.rip = rip;
        vtl.rsp = rspBefore;
        vtl.rflags = rflagsBefore;
        vtl.halted = false;
        vtl.idle = false;
        afterStep = AfterStep.NOTHING;
    }

    private void fault(VtlState vtl, GuestException fault) {
        int vector = fault.vector().number();
        if (partition.observed()) {
            partition.emit(new MachineEvent.Fault(
                    vp.index(), vp.vtl(), vtl.rip, vector, fault.errorCode(), fault.getMessage()));
        }
        OptionalInt handler =
                partition.interceptor(vp.vtl(), InterceptType.EXCEPTION, InterceptType.ACCESS_EXECUTE, vector);
        if (handler.isPresent()) {
            transitions.intercept(Intercepts.exception(handler.getAsInt(), fault, vp.state()));
        } else {
            delivery.exception(fault);
        }
    }

    private void memoryFault(GpaFault fault, long gva) {
        int handler = memoryFaultHandler(fault);
        if (handler > vp.vtl()) {
            int taskPriority = (int) vp.state().active().cr8;
            transitions.intercept(Intercepts.memory(handler, fault, gva, taskPriority));
        } else {
            vp.stop(fault.getMessage());
        }
    }

    /** The VTL that is told of an access; the running one if it is the host, which does nothing about it. */
    private int memoryFaultHandler(GpaFault fault) {
        if (partition.memory().encryption().hardware()) {
            return vp.activity().highestVtl();
        }
        return switch (fault.reason()) {
            case DENIED -> partition.memory().protector(vp.vtl(), fault.gpa() >>> PAGE_SHIFT, fault.neededAccess());
            case UNACCEPTED ->
                partition
                        .configuredInterceptor(vp.vtl(), VsmPartitionConfig.INTERCEPT_ACCEPTANCE)
                        .orElse(vp.vtl());
            case UNMAPPED, VISIBILITY -> vp.activity().highestVtl();
            case WITHHELD -> vp.vtl();
        };
    }

    /** An exception that could not be delivered: a higher VTL is told if it wants, otherwise the VP ends. */
    private void unrecoverable(GuestException cause) {
        int handler = vp.activity().highestVtl();
        boolean wanted = partition.memory().encryption().hardware()
                || (partition.state().vsmPartitionConfig[handler]
                                & VsmPartitionConfig.INTERCEPT_UNRECOVERABLE_EXCEPTION)
                        != 0;
        boolean told = handler > vp.vtl() && wanted;
        if (told) {
            transitions.intercept(Intercepts.unrecoverableException(handler));
        } else {
            vp.stop("triple fault: " + cause.getMessage());
        }
    }

    /** Virtual address of what runs next. */
    long codeAddress() {
        VtlState vtl = vp.state().active();
        boolean longMode = (vtl.efer & EFER_LMA) != 0;
        return longMode ? vtl.rip : vtl.segment(SegmentRegister.CS).base() + vtl.rip;
    }

    private Optional<Slot> fetchSlot() {
        long address = codeAddress();
        return Slot.decode(vp.memory().fetchU64(address), vp.memory().fetchU64(address + Long.BYTES));
    }
}
