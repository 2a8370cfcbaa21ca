package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.cli.boot.BootOutcome.Failure;
import dev.igvmtool.cli.boot.BootOutcome.Result;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.kernelstub.arm.ArmKernelStub;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One boot: the image is loaded, the machine runs, and what can be told of it is collected on the way. */
public final class Boot {
    private static final String JUMP_TO_KERNEL = "S46";
    private static final String CALL_SIDECAR = "call-sidecar";
    private static final int CRASH_EXCEPTION_ADDRESS = 2;
    private static final int CRASH_SYNDROME = 3;
    private static final int CRASH_CONTROL = 5;
    private static final long EXCEPTION_CRASH = 0xa000_0000_0000_0000L;
    private static final int CRASH_TEXT_GPA = 3;
    private static final int CRASH_TEXT_BYTES = 4;

    private final BootOptions options;
    private final Timeline timeline;
    private final List<Timeline.Listener> listeners;
    private final Restarts restarts;
    private final List<Overlay> overlaid = new ArrayList<>();
    private final SidecarBringUp bringUp = new SidecarBringUp();
    private VirtualMachine vm;
    private Optional<ShimImage> shim;
    private Optional<StageOverlays> overlays;
    private long sidecarOutputGpa;
    private boolean guestStarted;
    private Optional<Handoff> handoff = Optional.empty();
    private Optional<Bytes> sidecarOutput = Optional.empty();
    private Optional<Bytes> shimLog = Optional.empty();
    private Optional<String> lastWords = Optional.empty();

    /**
     * Loads the image.
     *
     * @param listeners told of the timeline as it grows
     * @param trace takes every event of the machine
     * @throws dev.igvmtool.abi.binary.FormatException if the image contradicts itself
     * @throws dev.igvmtool.host.loader.LoadException if image and configuration do not suit each other
     */
    public Boot(
            IgvmFile image,
            VmConfig config,
            BootOptions options,
            List<Timeline.Listener> listeners,
            Optional<EventSink> trace) {
        this.options = options;
        this.listeners = List.copyOf(listeners);
        this.timeline = new Timeline(listeners);
        this.restarts = new Restarts(options.restarts(), options.restartImage().orElse(image), config);
        vm = VirtualMachine.load(image, config, StagePrograms.forMachine(), Optional.of(event -> {
            trace.ifPresent(sink -> sink.event(event));
            timeline.event(
                    event,
                    bringUp.observe(event, () -> machine().partition().time().now()));
            restarts.observe(event);
            if (event instanceof MachineEvent.StepRetired step) {
                observe(step);
            } else if (event instanceof MachineEvent.HypercallDone call) {
                observe(call);
            }
        }));
        restarts.check(vm);
        shim = findShim();
        overlays = placeStages();
    }

    /** The image has just been loaded. */
    private Optional<ShimImage> findShim() {
        Optional<ShimImage> found = ShimImage.find(machine());
        if (found.isEmpty() && !options.overlays().isEmpty()) {
            throw new IgvmToolException("stages cannot be put over this image: it is not an OpenHCL image");
        }
        found.ifPresent(location -> timeline.name(Places.ofImage(location, machine())));
        return found;
    }

    private Optional<StageOverlays> placeStages() {
        return shim.filter(location -> !options.overlays().isEmpty())
                .map(location -> new StageOverlays(machine(), location, options.overlays(), overlay -> {
                    overlaid.add(overlay);
                    listeners.forEach(listener -> listener.overlay(overlay));
                }));
    }

    /** The machine with its image, before or after it has run. */
    public VirtualMachine vm() {
        return vm;
    }

    /** The boot shim of the image, if it has one. */
    public Optional<ShimImage> shim() {
        return shim;
    }

    private Machine machine() {
        return vm.machine();
    }

    /** Runs to the end, or to the event of the options. */
    public BootOutcome run() {
        Optional<Failure> failure = Optional.empty();
        Result result;
        try {
            StopReason reason = runWithRestarts();
            result = result(reason);
            if (result == Result.FAILED) {
                failure = Optional.of(failure(reason));
            }
        } catch (IgvmToolException e) {
            result = Result.FAILED;
            failure = Optional.of(failure(machine().vp(0), String.valueOf(e.getMessage())));
        }
        if (handoff.isEmpty()) {
            shimLog = readShimLog();
        }
        return new BootOutcome(
                result,
                timeline.events(),
                overlaid,
                handoff,
                sidecarOutput,
                shimLog,
                failure,
                bringUp,
                restarts.done(),
                vm);
    }

    private StopReason runWithRestarts() {
        while (true) {
            long turnsLeft = options.maxTurns() - machine().turns();
            StopReason reason = machine().run(turnsLeft, unused -> {
                overlays.ifPresent(StageOverlays::afterTurn);
                return isReached() || restarts.isDue(vm);
            });
            boolean ends = isReached() || reason == StopReason.LIMIT || reason == StopReason.VP_STOPPED;
            if (ends || !restarts.isPending(vm)) {
                return reason;
            }
            restarts.act(vm).ifPresent(this::restarted);
        }
    }

    private void restarted(VirtualMachine reloaded) {
        vm = reloaded;
        handoff = Optional.empty();
        sidecarOutputGpa = 0;
        sidecarOutput = Optional.empty();
        shim = findShim();
        overlays = placeStages();
    }

    private boolean isReached() {
        return options.until().isPresent() && timeline.reached(options.until().get());
    }

    private void observe(MachineEvent.StepRetired step) {
        Vp vp = machine().vp(step.vp());
        if (step.vtl() == 0) {
            guestStarted = true;
        } else if (step.step().equals(CALL_SIDECAR)) {
            sidecarOutputGpa = vp.get(Gpr.RSI);
        } else if (step.timelineId().isPresent() && step.timelineId().get().equals(JUMP_TO_KERNEL)) {
            Memory memory = machine().physicalMemory();
            handoff = Optional.of(HandoffReader.read(vp));
            handoff.ifPresent(timeline::name);
            shimLog = readShimLog();
            if (sidecarOutputGpa != 0) {
                sidecarOutput = Optional.of(memory.readBytes(sidecarOutputGpa, PhysicalMemory.PAGE_SIZE));
            }
        }
    }

    /** On AArch64 the crash registers are written by calls, and once more by the exception that ends a shim. */
    private void observe(MachineEvent.HypercallDone call) {
        if (isAarch64() && call.code() == HypercallCode.SET_VP_REGISTERS.code() && lastWords.isEmpty()) {
            lastWords = crashText(machine().vp(call.vp()));
        }
    }

    private boolean isAarch64() {
        return machine().partition().architecture() == Architecture.AARCH64;
    }

    private Optional<Bytes> readShimLog() {
        if (shim.isEmpty()) {
            return Optional.empty();
        }
        ShimParams params = shim.get().params();
        long start = shim.get().shimBase() + params.logBufferStart();
        try {
            return Optional.of(new BootLogBuffer(machine().physicalMemory(), start).text(params.logBufferSize()));
        } catch (FormatException e) {
            // The guest has written over it; there is no log to show.
            return Optional.empty();
        }
    }

    private Result result(StopReason reason) {
        if (isReached()) {
            return Result.STOPPED;
        }
        if (isAarch64() && options.until().isEmpty()) {
            return kernelIsThrough(reason) ? Result.KERNEL_FINISHED : Result.FAILED;
        }
        if (options.until().isPresent() || !guestStarted || restarts.missing(vm).isPresent()) {
            return Result.FAILED;
        }
        if (reason == StopReason.LIMIT) {
            return Result.GUEST_RUNNING;
        }
        Vp boot = machine().vp(0);
        return boot.runState() == RunState.HALTED && guestHasHalted(boot) ? Result.GUEST_FINISHED : Result.FAILED;
    }

    /** A guest that is isolated by hardware leaves VTL0 when it halts, and VTL2 waits in its place. */
    private boolean guestHasHalted(Vp boot) {
        return boot.vtl() == 0
                || machine().partition().memory().encryption().hardware()
                        && boot.state().vtl(0).halted
                        && lastWords(boot).isEmpty();
    }

    /** The kernel waits, and nothing has told of a crash. */
    private boolean kernelIsThrough(StopReason reason) {
        Vp boot = machine().vp(0);
        int kernel = new ArmKernelStub().number();
        long crash = machine()
                .partition()
                .state()
                .crash[PartitionState.crashIndex(boot.vtl(), RegisterName.CRASH_CTL - RegisterName.CRASH_P0)];
        return reason == StopReason.IDLE && boot.state().lastProgram() == kernel && crash == 0;
    }

    private Failure failure(StopReason reason) {
        for (Vp vp : machine().partition().vps()) {
            if (vp.runState() == RunState.STOPPED) {
                return failure(vp, lastWords(vp).orElse(vp.stopReason()));
            }
        }
        Optional<String> crash = lastWords(machine().vp(0));
        if (crash.isPresent()) {
            return failure(machine().vp(0), crash.get());
        }
        String what = (reason == StopReason.LIMIT
                        ? "no end after " + options.maxTurns() + " turns"
                        : "every processor waits for an interrupt")
                + restarts.missing(vm).map(missing -> "; " + missing).orElse("");
        return failure(
                machine().vp(0),
                options.until()
                        .map(id -> what + ", and " + id + " did not happen")
                        .orElse(what));
    }

    private static Failure failure(Vp vp, String reason) {
        return new Failure(vp.index(), vp.vtl(), vp.rip(), reason);
    }

    /** Why the guest gave up, as it told its host or, if it does not trust that, as its kernel's log has it. */
    private Optional<String> lastWords(Vp vp) {
        return lastWords
                .or(() -> crashText(vp))
                .or(() -> exceptionText(vp))
                .or(() -> CrashText.critical(KernelLogReader.text(machine())));
    }

    /** AArch64: what the shim's exception vectors tell without text: P0 the vector, P2 and P3 registers. */
    private Optional<String> exceptionText(Vp vp) {
        long[] crash = machine().partition().state().crash;
        int first = PartitionState.crashIndex(vp.vtl(), 0);
        boolean told = isAarch64() && crash[first + CRASH_CONTROL] == EXCEPTION_CRASH;
        return told
                ? Optional.of(String.format(
                        "exception 0x%02x at 0x%x, ESR_EL1 0x%x",
                        crash[first], crash[first + CRASH_EXCEPTION_ADDRESS], crash[first + CRASH_SYNDROME]))
                : Optional.empty();
    }

    /** What the guest told the hypervisor before it stopped: P3 is the address of the text, P4 its length. */
    private Optional<String> crashText(Vp vp) {
        long[] crash = machine().partition().state().crash;
        long gpa = crash[PartitionState.crashIndex(vp.vtl(), CRASH_TEXT_GPA)];
        long length = crash[PartitionState.crashIndex(vp.vtl(), CRASH_TEXT_BYTES)];
        PhysicalMemory memory = machine().physicalMemory();
        boolean readable =
                length > 0 && length <= PhysicalMemory.PAGE_SIZE && memory.isRam(gpa) && memory.isRam(gpa + length - 1);
        return readable
                ? Optional.of(
                        CrashText.summary(memory.readBytes(gpa, (int) length).toUtf8()))
                : Optional.empty();
    }
}
