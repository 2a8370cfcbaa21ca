package dev.igvmtool.guest;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.OptionalLong;

/**
 * The other processors of the guest, one after the other: the first processor starts each by hypercall, as guests of Hyper-V
 * can, and waits until it has printed its line. Their first port access is the first time that VTL2 has to do with them.
 *
 * <p>Three pages at the end of memory below 4 GiB are used, by R15: hypercall page, hypercall input, and a word that says
 * how many processors have printed. On the first processor R12 has the processor that is being started.
 */
final class OtherProcessors {
    private static final String WORD = "smp";

    private static final long PAGE = 4096;
    private static final long INPUT = PAGE;
    private static final long PRINTED = 2 * PAGE;
    private static final long USED = 3 * PAGE;
    private static final long FOUR_GIB = 1L << 32;

    private static final String START = "start-processor";
    private static final String AWAIT = "await-processor";
    private static final String ENTRY = "processor-entry";

    /** Name of a guest of no known kind: an open-source system without more said. */
    private static final long GUEST_OS_ID = 1L << 63;

    private static final long ENABLED = 1;
    private static final long RFLAGS = 2;
    private static final long PAT = 0x0007_0406_0007_0406L;
    private static final SegmentValue CODE = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
    private static final SegmentValue DATA = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
    private static final SegmentValue TASK = new SegmentValue(0, 0xffff, 0x20, 0x8b);
    private static final TableValue NO_TABLE = new TableValue(0, 0);

    private OtherProcessors() {}

    static List<Step> steps() {
        return List.of(
                Step.of("printed", OtherProcessors::printed),
                Step.of("name-guest", cpu -> cpu.writeMsr(Msr.HV_GUEST_OS_ID, GUEST_OS_ID)),
                Step.of("enable-hypercalls", cpu -> cpu.writeMsr(Msr.HV_HYPERCALL, cpu.get(Gpr.R15) | ENABLED)),
                Step.of(START, OtherProcessors::start),
                Step.of("processor-started", OtherProcessors::started),
                Step.of(AWAIT, OtherProcessors::await),
                Step.of(ENTRY, OtherProcessors::enter),
                Step.of("processor-named", cpu -> cpu.jumpTo(GuestStub.PRINT)));
    }

    private static void printed(Cpu cpu) {
        long processor = cpu.get(Gpr.R14);
        if (processor != 0) {
            cpu.memory().writeU32(cpu.get(Gpr.R15) + PRINTED, processor);
            cpu.jumpTo(GuestStub.HALT);
            return;
        }
        OptionalLong pages = pages(cpu);
        if (pages.isEmpty()) {
            cpu.jumpTo(GuestStub.HALT);
            return;
        }
        cpu.set(Gpr.R12, 1);
        cpu.set(Gpr.R15, pages.getAsLong());
        cpu.memory().writeU32(cpu.get(Gpr.R15) + PRINTED, 0);
    }

    /** Where the pages are; empty if nobody wants other processors. */
    private static OptionalLong pages(Cpu cpu) {
        long zeroPage = cpu.get(Gpr.RBX);
        if (zeroPage == 0) {
            return OptionalLong.empty();
        }
        BootParams params = cpu.memory().read(BootParams.CODEC, zeroPage);
        String commandLine = GuestStub.commandLine(cpu, params.cmdLinePtr());
        if (!List.of(commandLine.split(" ", -1)).contains(WORD)) {
            return OptionalLong.empty();
        }
        return params.e820Table().stream()
                .filter(entry -> entry.type() == E820Entry.RAM && entry.size() >= USED)
                .mapToLong(entry -> entry.addr() + entry.size())
                .filter(end -> Long.compareUnsigned(end, FOUR_GIB) <= 0)
                .max()
                .stream()
                .map(end -> (end & -PAGE) - USED)
                .findFirst();
    }

    private static void start(Cpu cpu) {
        long pages = cpu.get(Gpr.R15);
        InitialVpContext context = new InitialVpContext(
                cpu.addressOf(ENTRY),
                0,
                RFLAGS,
                CODE,
                DATA,
                DATA,
                DATA,
                // The one value of its own that a processor starts with.
                new SegmentValue(pages, DATA.limit(), DATA.selector(), DATA.attributes()),
                DATA,
                TASK,
                SegmentValue.NULL,
                NO_TABLE,
                NO_TABLE,
                cpu.readMsr(Msr.EFER),
                cpu.get(ControlRegister.CR0),
                cpu.get(ControlRegister.CR3),
                cpu.get(ControlRegister.CR4),
                PAT);
        cpu.memory().write(VpStartInput.CODEC, pages + INPUT, new VpStartInput((int) cpu.get(Gpr.R12), 0, context));
        cpu.set(
                Gpr.RCX,
                HypercallControl.of(HypercallCode.START_VIRTUAL_PROCESSOR).value());
        cpu.set(Gpr.RDX, pages + INPUT);
        cpu.set(Gpr.R8, 0);
        cpu.callHypercallPage(pages);
    }

    /** A processor that VTL2 has not given to VTL0 yet is tried again; one that does not exist is the end. */
    private static void started(Cpu cpu) {
        HypercallResult result = new HypercallResult(cpu.get(Gpr.RAX));
        if (result.status() == HvStatus.INVALID_VP_STATE) {
            cpu.pause();
            cpu.jumpTo(START);
        } else if (!result.isSuccess()) {
            cpu.jumpTo(GuestStub.HALT);
        }
    }

    private static void await(Cpu cpu) {
        long processor = cpu.get(Gpr.R12);
        if (cpu.memory().readU32(cpu.get(Gpr.R15) + PRINTED) == processor) {
            cpu.set(Gpr.R12, processor + 1);
            cpu.jumpTo(START);
        } else {
            cpu.pause();
            cpu.jumpTo(AWAIT);
        }
    }

    private static void enter(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.set(Gpr.RBX, 0);
        cpu.set(Gpr.R14, cpu.readMsr(Msr.HV_VP_INDEX));
        cpu.set(Gpr.R15, cpu.readMsr(Msr.GS_BASE));
    }
}
