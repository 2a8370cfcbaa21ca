package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;

/** The loop in which a prepared VP waits for its status to change, runs the command it finds, and tells that it did. */
final class Dispatch {
    static final String FINISH = "finish-command";

    private static final String CHECK = "check-status";
    private static final String TAKE = "take-command";
    private static final String HALT = "halt";
    private static final int ICR_DESTINATION_SHIFT = 32;

    private Dispatch() {}

    static List<Step> steps() {
        return List.of(
                Step.of(CHECK, Dispatch::checkStatus),
                Step.of("C20", HALT, Dispatch::halt),
                Step.of("woken", Dispatch::woken),
                Step.of("C21", TAKE, Dispatch::takeCommand),
                Step.of("C27", FINISH, Dispatch::finishCommand));
    }

    /** Control page of the VP's node. */
    static ControlPage controlPage(Cpu cpu) {
        return new ControlPage(cpu.memory(), AddressSpace.address(AddressSpace.CONTROL_PAGE));
    }

    /** The VP's command page. */
    static CommandPage commandPage(Cpu cpu) {
        return new CommandPage(cpu.memory(), AddressSpace.address(AddressSpace.COMMAND_PAGE));
    }

    /** The VP's own status byte. */
    static int status(Cpu cpu) {
        return controlPage(cpu).statusByte(Globals.of(cpu).indexInNode());
    }

    /** Ends the command with an error text; the request data stays as it is. */
    static void failCommand(Cpu cpu, String text) {
        CommandPage page = commandPage(cpu);
        page.setError(text);
        page.setHasError(true);
        cpu.jumpTo(FINISH);
    }

    /** Tells the driver of the node that a status has changed. */
    static void raiseAttention(Cpu cpu) {
        ControlPage control = controlPage(cpu);
        control.setNeedsAttention(true);
        long vector = control.responseVector();
        if (vector != 0) {
            cpu.writeMsr(Msr.X2APIC_ICR, control.responseCpu() << ICR_DESTINATION_SHIFT | vector & 0xff);
        }
    }

    private static void checkStatus(Cpu cpu) {
        int status = status(cpu);
        Optional<CpuStatus> known = CpuStatus.of(status);
        if (known.isEmpty() || known.get() == CpuStatus.REMOVED) {
            throw Crash.panic(cpu, "status is " + status + " while the VP waits for work");
        }
        cpu.jumpTo(
                switch (known.get()) {
                    case RUN, STOP -> TAKE;
                    case REMOVE -> Removal.REMOVE;
                    case IDLE, REMOVED -> HALT;
                });
    }

    /** An interrupt that came since the status was read is pending, and ends the halt at once. */
    private static void halt(Cpu cpu) {
        cpu.enableInterrupts();
        cpu.halt();
    }

    private static void woken(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.jumpTo(CHECK);
    }

    private static void takeCommand(Cpu cpu) {
        CommandPage page = commandPage(cpu);
        page.setHasError(false);
        long number = page.commandNumber();
        page.setCommand(SidecarCommand.NONE);
        Optional<SidecarCommand> command = SidecarCommand.of(number);
        if (command.isEmpty()) {
            failCommand(cpu, "unknown command " + number);
            return;
        }
        cpu.jumpTo(
                switch (command.get()) {
                    case NONE -> FINISH;
                    case RUN_VP -> Globals.of(cpu).overlaysMapped() ? RunVp.CHECK_STOP : RunVp.MAP_OVERLAYS;
                    case GET_VP_REGISTERS -> RegisterCommands.GET;
                    case SET_VP_REGISTERS -> RegisterCommands.SET;
                    case TRANSLATE_GVA -> RegisterCommands.TRANSLATE;
                });
    }

    private static void finishCommand(Cpu cpu) {
        controlPage(cpu).setStatus(Globals.of(cpu).indexInNode(), CpuStatus.IDLE);
        raiseAttention(cpu);
        cpu.jumpTo(CHECK);
    }
}
