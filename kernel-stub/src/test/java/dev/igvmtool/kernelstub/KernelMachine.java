package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.SecretsPage;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** A machine in the state in which the boot shim enters the kernel. */
public final class KernelMachine {
    public static final String COMMAND_LINE =
            "loglevel=8 console_msg_format=syslog panic=-1 rdinit=/underhill-init OPENHCL_NVME_VFIO=1"
                    + " hv_storvsc.storvsc_ringbuffer_size=0x8000 MIMALLOC_ARENA_EAGER_COMMIT=0 acpi=off"
                    + " console=ttyS2,115200";
    public static final GpaRange VTL2 = new GpaRange(0x800_0000, 0xc60_0000);
    public static final long RAM_END = 0x1000_0000;
    public static final long KERNEL = 0x820_0000;
    public static final long ZERO_PAGE = 0x86c_2000;
    public static final long COMMAND_LINE_GPA = 0x86c_9004;
    public static final long DEVICE_TREE = 0x86c_d000;
    public static final long INITRD = 0x871_e000;
    public static final GpaRange PARAMETERS = GpaRange.ofSize(0x878_6000, ParameterRegion.PAGE_COUNT * 4096L);
    public static final GpaRange BOOT_LOG = GpaRange.ofSize(0x891_0000, 0x2000);
    public static final long LOADER_TABLES = 0x892_0000;
    /** SNP: pages of the reserved region, and where the boot shim tells of them. */
    public static final long SAVE_AREA = 0xc40_0000;

    public static final long CPUID_PAGE = 0xc40_1000;
    public static final long SECRETS_PAGE = 0xc40_3000;
    public static final long CC_BLOB = 0x86c_b000;
    public static final long CC_BLOB_ELEMENT = 0x86c_b040;

    private static final long C_BIT = 1L << 51;
    private static final int CC_BLOB_BYTES = 32;

    public final Machine machine;
    public final Serial console = new Serial(Serial.COM3);
    public final List<MachineEvent> events = new ArrayList<>();

    /** What a test may change before the start. */
    public static final class Builder {
        private final List<Program> programs = new ArrayList<>(List.of(new KernelStub()));
        private Bytes initrd = Bytes.EMPTY;
        private String commandLine = COMMAND_LINE;
        private int vps = 1;
        private List<BootTree.SidecarNode> sidecarNodes = List.of();
        private Isolation isolation = Isolation.NONE;
        private HostConduct conduct = HostConduct.HONEST;
        private boolean mailbox = true;

        public Builder isolation(Isolation value) {
            isolation = value;
            return this;
        }

        /** TDX: the device tree does not tell of the mailbox. */
        public Builder withoutMailbox() {
            mailbox = false;
            return this;
        }

        public Builder conduct(HostConduct value) {
            conduct = value;
            return this;
        }

        public Builder program(Program program) {
            programs.add(program);
            return this;
        }

        public Builder initrd(Bytes value) {
            initrd = value;
            return this;
        }

        public Builder commandLine(String value) {
            commandLine = value;
            return this;
        }

        public Builder vps(int value) {
            vps = value;
            return this;
        }

        public Builder sidecarNodes(List<BootTree.SidecarNode> value) {
            sidecarNodes = value;
            return this;
        }

        public KernelMachine build() {
            return new KernelMachine(this);
        }
    }

    private KernelMachine(Builder builder) {
        machine = new Machine(
                PartitionConfig.builder()
                        .vpCount(builder.vps)
                        .ram(ram(builder.isolation))
                        .isolation(builder.isolation)
                        .conduct(builder.conduct)
                        .build(),
                new Programs(builder.programs));
        machine.ports().add(console);
        machine.observe(event -> {
            if (!(event instanceof MachineEvent.MemoryRead) && !(event instanceof MachineEvent.MemoryWrite)) {
                events.add(event);
            }
        });
        PhysicalMemory memory = machine.physicalMemory();
        ElfFile kernel = ElfFile.read(StageImage.elf(new KernelStub()));
        long linked = new KernelStub().layout().linkAddress();
        for (ProgramHeader segment : kernel.loadSegments()) {
            memory.writeBytes(KERNEL + segment.paddr() - linked, kernel.content(segment));
        }
        memory.writeBytes(INITRD, builder.initrd);
        memory.writeBytes(COMMAND_LINE_GPA, Bytes.utf8(builder.commandLine + "\0"));
        boolean td = builder.isolation == Isolation.TDX;
        Bytes fdt = tree(builder.vps, builder.sidecarNodes, treeIsolation(builder.isolation), td && builder.mailbox)
                .toFdt();
        boolean snp = builder.isolation == Isolation.SNP;
        memory.write(
                SetupData.CODEC,
                DEVICE_TREE,
                new SetupData(snp ? CC_BLOB_ELEMENT : 0, SetupData.DTB, BootTree.CAPACITY_BYTES));
        memory.writeBytes(DEVICE_TREE + SetupData.CODEC.size(), fdt);
        memory.write(BootParams.CODEC, ZERO_PAGE, zeroPage(builder.initrd.size()));
        identity(memory, snp ? C_BIT : 0);
        start();
        if (snp) {
            memory.write(CcBlob.CODEC, CC_BLOB, new CcBlob(SECRETS_PAGE, CPUID_PAGE));
            memory.write(SetupData.CODEC, CC_BLOB_ELEMENT, new SetupData(0, SetupData.CC_BLOB, CC_BLOB_BYTES));
            memory.writeU32(CC_BLOB_ELEMENT + SetupData.CODEC.size(), CC_BLOB);
            prepareSnp(machine, new CcBlob(SECRETS_PAGE, CPUID_PAGE), SAVE_AREA);
        } else if (td) {
            TrustDomain.prepare(machine);
        }
    }

    private static List<GpaRange> ram(Isolation isolation) {
        GpaRange ram = new GpaRange(0, RAM_END);
        return isolation == Isolation.TDX ? List.of(ram, TrustDomain.RESET_PAGE) : List.of(ram);
    }

    public static Builder builder() {
        return new Builder();
    }

    public static List<E820Entry> memoryMap() {
        return List.of(
                new E820Entry(0x800_0000, 0x1000, E820Entry.RESERVED),
                new E820Entry(0x800_1000, 0x1_3000, E820Entry.RESERVED),
                new E820Entry(0x801_4000, PARAMETERS.start() - 0x801_4000, E820Entry.RAM),
                new E820Entry(PARAMETERS.start(), PARAMETERS.size(), E820Entry.RESERVED),
                new E820Entry(PARAMETERS.end(), BOOT_LOG.start() - PARAMETERS.end(), E820Entry.RAM),
                new E820Entry(BOOT_LOG.start(), BOOT_LOG.size(), E820Entry.RESERVED),
                new E820Entry(BOOT_LOG.end(), 0xc40_0000 - BOOT_LOG.end(), E820Entry.RAM),
                new E820Entry(0xc40_0000, 0x20_0000, E820Entry.RESERVED));
    }

    private static BootParams zeroPage(long initrdBytes) {
        return BootParams.builder()
                .typeOfLoader(BootParams.LOADER_UNDEFINED)
                .hardwareSubarch(BootParams.SUBARCH_NO_BIOS)
                .ramdisk(INITRD, initrdBytes)
                .cmdLinePtr(COMMAND_LINE_GPA)
                .setupData(DEVICE_TREE)
                .e820(memoryMap())
                .build();
    }

    private static TreeIsolation treeIsolation(Isolation isolation) {
        return TreeIsolation.valueOf(isolation.name());
    }

    /** What the firmware leaves for an SNP guest: CPUID page, secrets page, and the save area of the boot processor. */
    static void prepareSnp(Machine machine, CcBlob blob, long saveArea) {
        PhysicalMemory memory = machine.physicalMemory();
        memory.writeBytes(
                blob.cpuidPhys(),
                cpuidPage(machine, 0, 1, 0xb, 0x8000_0000, 0x8000_001f).toBytes());
        memory.writeU32(blob.secretsPhys(), SecretsPage.VERSION);
        Vmsa area = new Vmsa(memory, saveArea);
        area.set(Vmsa.EFER, 0x1d00);
        area.set(Vmsa.SEV_FEATURES, SevFeatures.SNP_ACTIVE | SevFeatures.DEBUG_SWAP);
        machine.partition().state().saveAreas.add(saveArea);
        machine.vp(0).mutableState().active().vmsa = saveArea;
    }

    /** The page with the machine's own leaves. */
    public CpuidPage cpuidPage(int... leaves) {
        return cpuidPage(machine, leaves);
    }

    private static CpuidPage cpuidPage(Machine machine, int... leaves) {
        List<CpuidPage.Entry> entries = new ArrayList<>();
        for (int leaf : leaves) {
            CpuidResult result = machine.partition().cpuid().query(leaf, 0, 0);
            entries.add(new CpuidPage.Entry(leaf, 0, result.eax(), result.ebx(), result.ecx(), result.edx()));
        }
        return new CpuidPage(entries);
    }

    public static BootTree tree(int vps, List<BootTree.SidecarNode> sidecarNodes) {
        return tree(vps, sidecarNodes, TreeIsolation.NONE, false);
    }

    private static BootTree tree(
            int vps, List<BootTree.SidecarNode> sidecarNodes, TreeIsolation isolation, boolean mailbox) {
        return new BootTree(
                0,
                List.of(),
                Optional.of(new BootTree.TimeSpan(1, 2)),
                Optional.empty(),
                mailbox,
                LongStream.range(0, vps).mapToObj(i -> new CpuEntry(i, 0)).toList(),
                List.of(new BootTree.Vtl2Memory(VTL2, 0)),
                new VmbusEntry(List.of(), 4),
                sidecarNodes,
                isolation,
                MemoryAllocation.HOST,
                OptionalLong.empty(),
                List.of(
                        piece(0, VTL2.start(), MemoryVtlType.VTL0),
                        piece(0x800_0000, 0x1000, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER),
                        piece(0x800_1000, 0x1_3000, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF),
                        piece(0x801_4000, PARAMETERS.start() - 0x801_4000, MemoryVtlType.VTL2_RAM),
                        piece(PARAMETERS.start(), PARAMETERS.size(), MemoryVtlType.VTL2_CONFIG),
                        piece(PARAMETERS.end(), BOOT_LOG.start() - PARAMETERS.end(), MemoryVtlType.VTL2_RAM),
                        piece(BOOT_LOG.start(), BOOT_LOG.size(), MemoryVtlType.VTL2_BOOTSHIM_LOG_BUFFER),
                        piece(BOOT_LOG.end(), 0xc40_0000 - BOOT_LOG.end(), MemoryVtlType.VTL2_RAM),
                        piece(0xc40_0000, 0x20_0000, MemoryVtlType.VTL2_GPA_POOL),
                        piece(VTL2.end(), RAM_END - VTL2.end(), MemoryVtlType.VTL0),
                        new BootTree.PartitionMemory(
                                new GpaRange(0xf800_0000L, 0x1_0000_0000L), MemoryVtlType.VTL0_MMIO, Optional.empty())),
                List.of(),
                Optional.of(Bytes.fromHex("0011223344556677")),
                Optional.empty());
    }

    private static BootTree.PartitionMemory piece(long start, long size, MemoryVtlType type) {
        return new BootTree.PartitionMemory(
                GpaRange.ofSize(start, size),
                type,
                Optional.of(new BootTree.HostMemory(0, type == MemoryVtlType.VTL0 ? 0 : 3)));
    }

    private static void identity(PhysicalMemory memory, long privateBit) {
        long flags = PageTableEntry.PRESENT | PageTableEntry.WRITABLE | privateBit;
        memory.writeU64(LOADER_TABLES, LOADER_TABLES + 0x1000 | flags);
        memory.writeU64(LOADER_TABLES + 0x1000, LOADER_TABLES + 0x2000 | flags);
        for (long at = VTL2.start(); at < VTL2.end(); at += 0x20_0000) {
            memory.writeU64(LOADER_TABLES + 0x2000 + (at >>> 21) * 8, at | flags | PageTableEntry.LARGE);
        }
    }

    private void start() {
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        machine.vp(0)
                .enableVtl(
                        2,
                        new InitialVpContext(
                                KERNEL,
                                0x86a_05a8,
                                2,
                                code,
                                data,
                                data,
                                data,
                                data,
                                data,
                                new SegmentValue(0, 0xffff, 0, 0x8b),
                                SegmentValue.NULL,
                                new TableValue(0, 0),
                                new TableValue(0x1f, 0x871_7000),
                                0xd00,
                                0x8000_0021L,
                                LOADER_TABLES,
                                0x4_0660,
                                0x0007_0406_0007_0406L));
        VpRegisters.set(machine.vp(0), 2, RegisterName.RAX + Gpr.RSI.ordinal(), RegisterValue.of(ZERO_PAGE));
        machine.vp(0).start(2, 0);
    }

    /** The last step of a VP, {@code program:step}; empty text before the first. */
    public String lastStepOf(int vp) {
        for (int i = events.size() - 1; i >= 0; i--) {
            if (events.get(i) instanceof MachineEvent.StepRetired step && step.vp() == vp) {
                return step.program() + ":" + step.step();
            }
        }
        return "";
    }

    /** Names of the steps that VP 0 and the others have run, {@code program:step}. */
    public List<String> steps() {
        return events.stream()
                .filter(MachineEvent.StepRetired.class::isInstance)
                .map(MachineEvent.StepRetired.class::cast)
                .map(step -> step.program() + ":" + step.step())
                .toList();
    }

    /** Why VPs stopped and what faulted, for messages. */
    public String trouble() {
        StringBuilder text = new StringBuilder();
        events.stream()
                .filter(event -> event instanceof MachineEvent.Fault || event instanceof MachineEvent.VpStopped)
                .forEach(event -> text.append(event).append('\n'));
        List<String> steps = steps();
        text.append(steps.subList(Math.max(0, steps.size() - 12), steps.size())).append('\n');
        return text + console.text().toUtf8();
    }
}
