package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.paravisor.ReservedRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VtlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds the structures of a machine at one moment. What cannot be one is left out. */
final class Locator {
    static final Landmarks NO_LANDMARKS = new Landmarks(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());

    private static final long PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int MAX_CHAIN = 64;

    private final Machine machine;
    private final PhysicalMemory memory;
    private final Optional<ShimImage> shim;
    private final Landmarks landmarks;
    private final List<Located> found = new ArrayList<>();

    Locator(Machine machine, Optional<ShimImage> shim, Landmarks landmarks) {
        this.machine = machine;
        this.memory = machine.physicalMemory();
        this.shim = shim;
        this.landmarks = landmarks;
    }

    List<Located> all() {
        shim.ifPresent(this::addImage);
        landmarks.bootParamsGpa().ifPresent(this::addBootParams);
        landmarks.sidecarParamsGpa().ifPresent(this::addSidecar);
        landmarks
                .sidecarOutputGpa()
                .ifPresent(
                        gpa -> add("sidecar-output", HypervisorTypes.SIDECAR_OUTPUT, gpa, "RSI of the sidecar's call"));
        machine.partition().vps().forEach(this::addPagesOf);
        return List.copyOf(found);
    }

    /** Adds a structure, unless what stands there cannot be one. */
    private void add(String name, StructureType type, long gpa, String foundBy) {
        try {
            long size = type.sizeBytes(memory, gpa);
            if (memory.isRam(gpa) && memory.isRam(gpa + size - 1)) {
                found.add(new Located(name, type, GpaRange.ofSize(gpa, size), foundBy));
            }
        } catch (IgvmToolException other) {
            // Not there yet, or no longer.
        }
    }

    private void addRange(String name, long gpa, long size, String foundBy) {
        if (size > 0 && gpa >= 0 && gpa + size > gpa && memory.isRam(gpa)) {
            found.add(new Located(name, new PlainType(size), GpaRange.ofSize(gpa, size), foundBy));
        }
    }

    private void addImage(ShimImage image) {
        ShimParams params = image.params();
        String by = "shim parameters";
        add(
                "shim-params",
                ParavisorTypes.shimParams(image.shimBase()),
                image.paramsGpa(),
                "RSI at the entry of the shim");
        add("measured-command-line", ParavisorTypes.COMMAND_LINE, image.gpaOf(params.commandLineOffset()), by);
        addParameterRegion(image.gpaOf(params.parameterRegionOffset()));
        if (machine.partition().config().isolation() == Isolation.SNP) {
            addReservedRegion(image.gpaOf(params.vtl2ReservedRegionOffset()));
        }
        if (machine.partition().config().isolation() == Isolation.TDX) {
            add("tdx-trampoline", HypervisorTypes.TRAMPOLINE, TdxTrampolineContext.GPA, "reset vector");
        }
        add("persisted-state", ParavisorTypes.PERSISTED_STATE, image.gpaOf(params.persistedStateRegionOffset()), by);
        add("shim-log", ParavisorTypes.BOOT_LOG, image.gpaOf(params.logBufferStart()), by);
        long vtl0Config = MeasuredVtl0Config.X64_PAGE * PAGE;
        if (memory.isRam(vtl0Config) && memory.readU64(vtl0Config) == MeasuredVtl0Config.MAGIC) {
            add("measured-vtl0-config", ParavisorTypes.MEASURED_VTL0_CONFIG, vtl0Config, "fixed page of VTL0");
        }
        addRange("initrd", image.gpaOf(params.initrdOffset()), params.initrdSize(), by);
        addRange("sidecar-image", image.gpaOf(params.sidecarOffset()), params.sidecarSize(), by);
        addRange("shim-heap", image.gpaOf(params.heapStartOffset()), params.heapSize(), by);
        addRange("bounce-buffer", image.gpaOf(params.bounceBufferStart()), params.bounceBufferSize(), by);
        long end =
                Math.min(params.usedEnd(), params.heapStartOffset() > 0 ? params.heapStartOffset() : params.usedEnd());
        addRange("shim", image.shimBase(), Math.min(end, image.paramsGpa() - image.shimBase()), by);
    }

    private void addParameterRegion(long region) {
        String by = "parameter region";
        addRange("slit", region, ParameterRegion.SLIT_PAGE_COUNT * PAGE, by);
        addRange("pptt", region + ParameterRegion.PPTT_PAGE * PAGE, ParameterRegion.PPTT_PAGE_COUNT * PAGE, by);
        add("host-tree", StructureTypes.DEVICE_TREE, region + ParameterRegion.DEVICE_TREE_PAGE * PAGE, by);
        add(
                "imported-regions",
                ParavisorTypes.IMPORTED_REGIONS,
                region + ParameterRegion.IMPORTED_REGIONS_PAGE * PAGE,
                by);
        add(
                "measured-vtl2-config",
                ParavisorTypes.MEASURED_VTL2_CONFIG,
                region + ParameterRegion.MEASURED_CONFIG_PAGE * PAGE,
                by);
        add("page-hashes", ParavisorTypes.PAGE_HASHES, region + ParameterRegion.PAGE_HASHES_PAGE * PAGE, by);
    }

    private void addReservedRegion(long region) {
        String by = "VTL2 reserved region";
        add("vmsa", HypervisorTypes.VMSA, region + ReservedRegion.VMSA_PAGE * PAGE, by);
        add("cpuid-page", SnpTypes.CPUID_PAGE, region + ReservedRegion.CPUID_PAGE * PAGE, by);
        add("secrets-page", SnpTypes.SECRETS_PAGE, region + ReservedRegion.SECRETS_PAGE * PAGE, by);
    }

    private void addBootParams(long gpa) {
        add("boot-params", LinuxTypes.BOOT_PARAMS, gpa, "RSI at the entry of the kernel");
        add("e820", LinuxTypes.E820, gpa, "boot-params");
        BootParams params;
        try {
            params = memory.read(BootParams.CODEC, gpa);
        } catch (IgvmToolException notRam) {
            return;
        }
        if (params.cmdLinePtr() != 0) {
            add("command-line", LinuxTypes.TEXT, params.cmdLinePtr(), "boot-params.cmd_line_ptr");
        }
        if (params.setupData() != 0) {
            add("setup-data", LinuxTypes.SETUP_DATA, params.setupData(), "boot-params.setup_data");
            addSetupData(params.setupData());
        }
    }

    private void addSetupData(long first) {
        long next = first;
        for (int i = 0; next != 0 && i < MAX_CHAIN && memory.isRam(next) && memory.isRam(next + 16); i++) {
            SetupData element = memory.read(SetupData.CODEC, next);
            long content = next + SetupData.CODEC.size();
            if (element.type() == SetupData.DTB) {
                add("kernel-tree", StructureTypes.DEVICE_TREE, content, "setup data of type DTB");
            } else if (element.type() == SetupData.CC_BLOB && memory.isRam(content)) {
                long blob = memory.readU32(content);
                if (memory.isRam(blob) && memory.readU32(blob) == CcBlob.MAGIC) {
                    add("cc-blob", LinuxTypes.CC_BLOB, blob, "setup data of type CC_BLOB");
                }
            }
            next = element.next();
        }
    }

    private void addSidecar(long gpa) {
        add("sidecar-params", HypervisorTypes.SIDECAR_PARAMS, gpa, "RDI of the sidecar's call");
        SidecarParams params;
        try {
            params = memory.read(SidecarParams.CODEC, gpa);
        } catch (IgvmToolException other) {
            return;
        }
        for (int i = 0; i < params.nodes().size(); i++) {
            SidecarNodeRecord node = params.nodes().get(i);
            String by = "sidecar-params.nodes[" + i + "]";
            add("control-page-" + i, HypervisorTypes.CONTROL_PAGE, node.memoryBase(), by);
            long shared = node.memoryBase() + SidecarLimits.PAGE_BYTES;
            for (long vp = 0; vp < Math.min(node.vpCount(), SidecarLimits.MAX_CONTROL_PAGE_VPS); vp++) {
                add(
                        "command-page-" + (node.baseVp() + vp),
                        HypervisorTypes.COMMAND_PAGE,
                        shared + vp * SidecarLimits.SHARED_PAGES_PER_VP * SidecarLimits.PAGE_BYTES,
                        by);
            }
        }
    }

    /** The input that the registers of a VP lead to, if they are those of a hypercall that has one in memory. */
    private void addHypercall(Vp vp) {
        HypercallControl control = new HypercallControl(vp.state().gpr(vp.vtl(), Gpr.RCX));
        long gpa = vp.state().gpr(vp.vtl(), Gpr.RDX);
        if (control.fast() || control.nested() || control.hasReservedBits() || gpa == 0 || gpa % Long.BYTES != 0) {
            return;
        }
        HypercallCode.of(control.code())
                .filter(code -> HypercallForm.of(code).isKnown())
                .map(code -> new HypercallInput(code, control.repCount()))
                // An input does not go over the end of its page.
                .filter(input -> gpa % PAGE + input.sizeBytes(memory, gpa) <= PAGE)
                .ifPresent(input -> add(
                        "hypercall-input-vp" + vp.index(),
                        input,
                        gpa,
                        "RCX and RDX of the VP, input of " + input.code().callName()));
    }

    private void addPagesOf(Vp vp) {
        addHypercall(vp);
        add("ghcb-vp" + vp.index(), SnpTypes.GHCB, vp.state().registeredGhcb, "GHCB that the VP has registered");
        for (int vtl = 0; vtl < machine.partition().vtlCount(); vtl++) {
            if (!vp.state().hasVtl(vtl)) {
                continue;
            }
            VtlState state = vp.state().vtl(vtl);
            String suffix = "-vp" + vp.index() + "-vtl" + vtl;
            add("vmsa" + suffix, HypervisorTypes.VMSA, state.vmsa, "save area of the VP");
            addEnabled("vp-assist" + suffix, HypervisorTypes.VP_ASSIST, state.vpAssistPage, "MSR 0x40000073");
            addEnabled("messages" + suffix, HypervisorTypes.MESSAGE_PAGE, state.synic.simp, "MSR 0x40000083");
            addEnabled("event-flags" + suffix, HypervisorTypes.EVENT_FLAGS_PAGE, state.synic.siefp, "MSR 0x40000082");
        }
    }

    /** A page whose register has an enable bit. */
    private void addEnabled(String name, StructureType type, long register, String foundBy) {
        if ((register & 1) != 0) {
            add(name, type, register & -PAGE, foundBy);
        }
    }
}
