package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.bootshim.ArmBootShim;
import dev.igvmtool.bootshim.ShimPlacement;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.kernelstub.KernelStub;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.AccessKind;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.sidecar.SidecarPlacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Puts stage programs over a loaded image, in place of machine code: shim and sidecar before it runs; the kernel when the
 * shim has checked it; init and paravisor as files built into that kernel; the guest when VTL0 is entered for the first
 * time. The file, what is measured of it and the initrd in memory do not change.
 */
public final class StageOverlays {
    private static final String SHIM = "boot-shim";
    private static final String SIDECAR = "sidecar";
    private static final String KERNEL = "kernel-stub";
    private static final String GUEST = "guest";

    /** Stages that are files in an initrd, with their paths there. */
    private static final Map<String, String> FILES =
            new TreeMap<>(Map.of("init", "underhill-init", "paravisor-runtime", "bin/openvmm_hcl"));

    /** All stages that can be put over an image, in the order in which they run. */
    public static final List<String> STAGES = List.of(SHIM, SIDECAR, KERNEL, "init", "paravisor-runtime", GUEST);

    private static final int PAGE = PhysicalMemory.PAGE_SIZE;

    private final Machine machine;
    private final Architecture architecture;
    private final ShimImage shim;
    private final List<String> stages;
    private final Consumer<Overlay> report;

    /**
     * Prepares the machine, which has not run.
     *
     * @param stages some of {@link #STAGES}
     * @param report told of each overlay
     * @throws IgvmToolException if a stage does not fit the image
     */
    public StageOverlays(Machine machine, ShimImage shim, List<String> stages, Consumer<Overlay> report) {
        this.machine = machine;
        this.architecture = machine.partition().architecture();
        this.shim = shim;
        this.stages = present(stages);
        this.report = report;
        if (stages.contains(SHIM)) {
            putShim();
        }
        if (stages.contains(SIDECAR) && shim.params().sidecarSize() != 0) {
            putSidecar();
        }
    }

    /** All stages means those that there are. */
    private List<String> present(List<String> wanted) {
        List<String> present = wanted.stream()
                .filter(stage -> StagePrograms.find(stage, architecture).isPresent())
                .toList();
        if (!wanted.equals(STAGES)) {
            wanted.stream()
                    .filter(stage -> !present.contains(stage))
                    .findFirst()
                    .ifPresent(stage -> {
                        throw new IgvmToolException("there is no stage " + stage + " for an image of " + architecture);
                    });
        }
        return present;
    }

    private boolean isX64() {
        return architecture == Architecture.X64;
    }

    /**
     * To be called after each turn: puts what is about to run for the first time. Depends on nothing but the state of the
     * machine, which may be one that was before.
     */
    public void afterTurn() {
        Vp vp = machine.vp(0);
        if (vp.vtl() == 0) {
            if (stages.contains(GUEST)) {
                putGuest(vp);
            }
        } else if (vp.rip() == shim.kernelEntry()
                && vp.state().lastProgram() == program(SHIM).number()) {
            putKernel();
        }
    }

    private void putShim() {
        GpaRange image = shim.pages(machine);
        Program program = program(SHIM);
        // Exception vectors may have to be moved up to their alignment.
        long slotsEnd = shim.entry() + StageImage.slots(program).size() + (isX64() ? 0 : PAGE);
        ShimPlacement placement = shimPlacement(image, slotsEnd);
        Bytes constants = isX64() ? ShimPlacement.CODEC.toBytes(placement) : ArmBootShim.constants(placement);
        put(SHIM, shim.entry(), constants, image.end(), note(image, placement));
    }

    private ShimPlacement shimPlacement(GpaRange image, long slotsEnd) {
        long zeros = zerosBefore(image.end(), slotsEnd);
        long entryOffset = shim.entry() - image.start();
        if (entryOffset == ShimPlacement.REFERENCE.entryOffset()
                && image.size() >= ShimPlacement.REFERENCE_END
                && zeros <= image.start() + ShimPlacement.REFERENCE_BSS) {
            return ShimPlacement.REFERENCE;
        }
        long early = zeros + PAGE - 1 & -PAGE;
        if (early + ShimPlacement.EARLY_BYTES + ShimPlacement.LATE_BYTES <= image.end()) {
            return placement(entryOffset, early, early + ShimPlacement.EARLY_BYTES);
        }
        // The image's own shim does with less room than a real one. What cannot be in its bss goes where the image has
        // memory that nobody uses before the kernel runs.
        if (early + ShimPlacement.EARLY_BYTES > image.end()) {
            early = shim.heap().start();
            require(shim.heap().size() >= ShimPlacement.EARLY_BYTES, SHIM, "its bss and heap are too small");
        }
        return placement(entryOffset, early, spare(SHIM, ShimPlacement.LATE_BYTES, 0));
    }

    private ShimPlacement placement(long entryOffset, long early, long late) {
        return new ShimPlacement(entryOffset, early - shim.shimBase(), late - shim.shimBase(), 0);
    }

    private String note(GpaRange image, ShimPlacement placement) {
        long late = shim.shimBase() + placement.late();
        return placement.equals(ShimPlacement.REFERENCE) || image.contains(GpaRange.ofSize(late, 1))
                ? ""
                : "its bss is too small: data from "
                        + GpaRange.ofSize(shim.shimBase() + placement.early(), ShimPlacement.EARLY_BYTES)
                        + " and " + GpaRange.ofSize(late, ShimPlacement.LATE_BYTES);
    }

    private void putSidecar() {
        long base = shim.shimBase() + shim.params().sidecarOffset();
        long entry = shim.shimBase() + shim.params().sidecarEntryOffset();
        GpaRange image = GpaRange.ofSize(base, shim.params().sidecarSize());
        Program program = program(SIDECAR);
        SidecarPlacement placement =
                sidecarPlacement(image, entry, StageImage.slots(program).size());
        boolean inside = placement.scratch() >= 0; // the spare memory is below it
        String note = inside
                ? ""
                : "its image is too small: scratch memory "
                        + GpaRange.ofSize(base + placement.scratch(), SidecarPlacement.SCRATCH_BYTES);
        put(SIDECAR, entry, SidecarPlacement.CODEC.toBytes(placement), image.end(), note);
    }

    private SidecarPlacement sidecarPlacement(GpaRange image, long entry, int textBytes) {
        long entryOffset = entry - image.start();
        if (entryOffset == SidecarPlacement.REFERENCE.entryOffset() && image.size() >= SidecarPlacement.REFERENCE_END) {
            return SidecarPlacement.REFERENCE;
        }
        long kept = (image.end() & -PAGE) - SidecarPlacement.KEPT_BYTES;
        long textEnd = entry + textBytes;
        if (kept < textEnd) {
            kept = image.start();
            require(kept + SidecarPlacement.KEPT_BYTES <= entry, SIDECAR, "its image is too small");
        }
        long scratch = kept - SidecarPlacement.SCRATCH_BYTES;
        if (scratch < textEnd) {
            scratch = spare(SIDECAR, SidecarPlacement.SCRATCH_BYTES, ShimPlacement.LATE_BYTES);
        }
        return new SidecarPlacement(entryOffset, kept - image.start(), scratch - image.start());
    }

    private void putKernel() {
        if (!isX64()) {
            putFlatKernel();
            return;
        }
        Map<String, Bytes> files = new TreeMap<>();
        FILES.forEach((stage, path) -> {
            if (stages.contains(stage)) {
                files.put(path, StageImage.elf(program(stage)));
            }
        });
        if (files.isEmpty() && !stages.contains(KERNEL)) {
            return;
        }
        put(
                KERNEL,
                shim.kernelEntry(),
                KernelStub.constants(files),
                shim.kernelEnd(),
                files.isEmpty() ? "" : "with /" + String.join(", /", files.keySet()) + " built in");
    }

    /** Behind the header of the image, whose first instruction is made a branch over it. */
    private void putFlatKernel() {
        if (stages.contains(KERNEL)) {
            Program program = program(KERNEL);
            long header = program.layout().entryOffset();
            machine.physicalMemory().writeU32(shim.kernelEntry(), StageImage.branch(header));
            put(KERNEL, shim.kernelEntry() + header, program.constants(), shim.kernelEnd(), "");
        }
    }

    /** Unless a stage program is there: then VTL0 has run before, or is the project's own. */
    private void putGuest(Vp vp) {
        try {
            long gpa = vp.memory().translate(vp.codeAddress(), AccessKind.EXECUTE);
            PhysicalMemory memory = machine.physicalMemory();
            if (memory.isRam(gpa + Slot.SIZE - 1)
                    && Slot.decode(memory.readBytes(gpa, Slot.SIZE)).isEmpty()) {
                put(GUEST, gpa, program(GUEST).constants(), Long.MAX_VALUE, "");
            }
        } catch (GuestException unreachable) {
            // VTL0 will meet the same fault by itself.
        }
    }

    /** Bytes at the end of the region for persisted state; what state there may be is at its start. */
    private long spare(String stage, long sizeBytes, long taken) {
        GpaRange region = shim.persistedState();
        long start = region.end() - taken - sizeBytes;
        require(start >= region.start() + region.size() / 2, stage, "the image has no spare memory");
        return start;
    }

    /** Start of the zero bytes that end before an address, not below a limit. */
    private long zerosBefore(long end, long limit) {
        for (long page = end - PAGE; page >= limit; page -= PAGE) {
            Bytes content = machine.physicalMemory().readBytes(page, PAGE);
            if (!content.isZero()) {
                int used = PAGE;
                while (content.get(used - 1) == 0) {
                    used--;
                }
                return page + used;
            }
        }
        return limit;
    }

    private void put(String stage, long gpa, Bytes constants, long limit, String note) {
        Bytes text = StageImage.slots(program(stage), constants);
        require(gpa + text.size() <= limit, stage, String.format("no room for 0x%x bytes at 0x%x", text.size(), gpa));
        machine.physicalMemory().writeBytes(gpa, text);
        if (machine.partition().observed()) {
            machine.partition().emit(new MachineEvent.CodeReplaced(stage, gpa, text.size()));
        }
        report.accept(new Overlay(stage, GpaRange.ofSize(gpa, text.size()), note));
    }

    private static void require(boolean fits, String stage, String reason) {
        if (!fits) {
            throw new IgvmToolException("stage " + stage + " cannot be put over this image: " + reason);
        }
    }

    private Program program(String stage) {
        return StagePrograms.find(stage, architecture).orElseThrow();
    }

    /** What a user may call a stage. */
    public static List<String> named(List<String> names) {
        List<String> stages = new ArrayList<>();
        for (String name : names) {
            if (name.equals("all")) {
                return STAGES;
            }
            String stage = name.equals("guest-stub") ? GUEST : name;
            if (!STAGES.contains(stage)) {
                throw new IgvmToolException("no stage '" + name + "' to put over an image, expected all or one of "
                        + String.join(", ", STAGES));
            }
            stages.add(stage);
        }
        return stages;
    }
}
