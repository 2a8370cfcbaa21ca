package dev.igvmtool.paravisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.abi.paravisor.ParameterRegion;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.x64.Gpr;
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
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.RunState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The whole program on a machine, over a kernel made for the test. */
class RuntimeOnMachineTest {
    private static final GpaRange VTL2 = new GpaRange(0x800_0000, 0xc00_0000);
    private static final GpaRange PARAMETERS = GpaRange.ofSize(0x810_0000, ParameterRegion.PAGE_COUNT * 4096L);
    private static final GpaRange BOOT_LOG = GpaRange.ofSize(0x840_0000, 0x2000);
    private static final GpaRange RAM_END = new GpaRange(0xc00_0000, 0x1000_0000);
    private static final long IMAGE_GPA = 0x880_0000;
    private static final long STACK_GPA = 0x890_0000;
    private static final long STACK_GVA = 0x7fff_0000_0000L;
    private static final long PAGES_GPA = 0x980_0000;
    private static final long GUEST_GPA = 0x100_0000;

    /** A guest of five steps that says whether it got what the boot protocol promises. */
    private static final class TinyGuest implements Program {
        @Override
        public String name() {
            return "tiny-guest";
        }

        @Override
        public int number() {
            return 101;
        }

        @Override
        public ImageLayout layout() {
            return new ImageLayout(GUEST_GPA, 0, 4096, 4096);
        }

        @Override
        public List<Step> steps() {
            return List.of(
                    Step.of("first", cpu -> cpu.out(0x3f8, 1, header(cpu) ? 'Y' : 'N')),
                    Step.of("second", cpu -> cpu.set(Gpr.R12, cpu.in(0x3fd, 1))),
                    Step.of("repeat", cpu -> cpu.out(0x3f8, 1, (int) cpu.get(Gpr.R12))),
                    Step.of("third", cpu -> cpu.out(0x80, 1, 1)),
                    Step.of("halt", TinyGuest::halt));
        }

        private static boolean header(Cpu cpu) {
            BootParams params = cpu.memory().read(BootParams.CODEC, cpu.get(Gpr.RSI));
            return params.header() == BootParams.HEADER_MAGIC && cpu.memory().readU8(params.cmdLinePtr()) == 'g';
        }

        private static void halt(Cpu cpu) {
            cpu.disableInterrupts();
            cpu.halt();
        }
    }

    private final TinyGuest guest = new TinyGuest();
    private final ParavisorRuntime runtime = new ParavisorRuntime();
    private final Serial com1 = new Serial(Serial.COM1);

    @Test
    void startsVtl0AndCompletesItsPortAccesses() {
        Run run = start(MeasuredVtl2Config.MAGIC, "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux");
        run.machine.run(20_000);
        assertEquals("Y`", com1.text().toUtf8(), () -> String.join("\n", run.kernel.log));
        assertEquals(RunState.HALTED, run.machine.vp(0).runState());
        assertEquals(0, run.machine.vp(0).vtl());
        assertEquals(0x1c3f, run.machine.partition().state().vsmPartitionConfig[2]);
        assertEquals("7", run.kernel.written.get("/run/underhill.pid"));
        assertTrue(run.kernel.log.contains("<6>openvmm_hcl: openhcl_boot log: second line"), run.kernel.log::toString);
    }

    @Test
    void leavesNothingOfParametersAndConfiguration() {
        Run run = start(MeasuredVtl2Config.MAGIC, "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux");
        run.machine.run(20_000);
        PhysicalMemory memory = run.machine.physicalMemory();
        assertTrue(memory.readBytes(PARAMETERS.start(), (int) PARAMETERS.size()).isZero());
        assertTrue(memory.readBytes(0, 0x1000).isZero());
        assertFalse(memory.readBytes(GUEST_GPA, 16).isZero());
    }

    @Test
    void takesMemoryOfVtl2AwayFromVtl0() {
        Run run = start(MeasuredVtl2Config.MAGIC, "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux");
        run.machine.run(20_000);
        assertTrue(run.kernel.log.contains("<6>openvmm_hcl: VTL0 has no access to 64 MiB of VTL2"));
        run.machine.vp(0).mutableState().vtl(0).halted = false;
        run.machine.vp(0).mutableState().vtl(0).rip = VTL2.start();
        run.machine.run(20_000);
        assertTrue(
                run.kernel.log.get(run.kernel.log.size() - 1).contains("does not run any more"),
                run.kernel.log::toString);
    }

    @Test
    void endsWithALineWhenTheMagicIsWrong() {
        Run run = start(1, "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux");
        run.machine.run(20_000);
        assertEquals(1, run.kernel.exitStatus);
        assertEquals(
                "<2>openvmm_hcl: fatal: magic of the measured VTL2 configuration is 0x0000000000000001,"
                        + " expected 0x4f48434c56544c32",
                run.kernel.log.get(run.kernel.log.size() - 1));
    }

    @Test
    void endsWithALineWhenTheImageHoldsNoFirmware() {
        Run run = start(MeasuredVtl2Config.MAGIC, "OTHER=1");
        run.machine.run(20_000);
        assertEquals(1, run.kernel.exitStatus);
        assertTrue(run.kernel.log.get(run.kernel.log.size() - 1).contains("does not support UEFI"));
    }

    private record Run(Machine machine, TestKernel kernel) {}

    private Run start(long vtl2Magic, String environment) {
        PartitionConfig config = PartitionConfig.builder()
                .vpCount(2)
                .ram(List.of(new GpaRange(0, RAM_END.end())))
                .build();
        ImageLayout layout = runtime.layout();
        TestKernel kernel = new TestKernel(
                Map.of(
                        "/sys/firmware/fdt", tree().toFdt(),
                        "/proc/device-tree/openhcl/isolation-type", Bytes.utf8("none\0"),
                        "/sys/devices/system/cpu/online", Bytes.utf8("0-1\n")),
                layout.linkAddress() + layout.entryOffset(),
                STACK_GVA);
        Machine machine = new Machine(config, new Programs(List.of(runtime, guest, kernel)));
        machine.ports().add(com1);
        PhysicalMemory memory = machine.physicalMemory();
        TestPages pages = new TestPages(memory, PAGES_GPA);
        kernel.use(pages);
        pages.mapUser(layout.linkAddress(), IMAGE_GPA, layout.sizeBytes());
        pages.mapUser(STACK_GVA, STACK_GPA, 4096);
        memory.writeBytes(IMAGE_GPA + layout.entryOffset(), StageImage.slots(runtime));
        memory.writeBytes(TestKernel.TEXT_GPA, StageImage.slots(kernel));
        memory.writeBytes(GUEST_GPA, StageImage.slots(guest));
        writeStack(memory, List.of("/bin/openvmm_hcl", "--pid", "/run/underhill.pid"), environment);
        writeParameters(memory, vtl2Magic);
        writeVtl0Config(memory);
        machine.vp(0).enableVtl(2);
        machine.vp(0).start(2, context(pages.root()), 0);
        return new Run(machine, kernel);
    }

    private static BootTree tree() {
        return new BootTree(
                0,
                List.of(),
                Optional.of(new BootTree.TimeSpan(100, 2100)),
                Optional.empty(),
                false,
                List.of(new CpuEntry(0, 0), new CpuEntry(1, 0)),
                List.of(new BootTree.Vtl2Memory(VTL2, 0)),
                new VmbusEntry(List.of(), 4),
                List.of(),
                TreeIsolation.NONE,
                MemoryAllocation.HOST,
                OptionalLong.empty(),
                List.of(
                        memory(new GpaRange(0, VTL2.start()), MemoryVtlType.VTL0),
                        memory(GpaRange.ofSize(VTL2.start(), 4096), MemoryVtlType.VTL2_PERSISTED_STATE_HEADER),
                        memory(GpaRange.ofSize(VTL2.start() + 4096, 4096), MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF),
                        memory(PARAMETERS, MemoryVtlType.VTL2_CONFIG),
                        memory(BOOT_LOG, MemoryVtlType.VTL2_BOOTSHIM_LOG_BUFFER),
                        memory(new GpaRange(BOOT_LOG.end(), VTL2.end()), MemoryVtlType.VTL2_RAM),
                        memory(RAM_END, MemoryVtlType.VTL0),
                        new BootTree.PartitionMemory(
                                new GpaRange(0xf800_0000L, 0x1_0000_0000L), MemoryVtlType.VTL0_MMIO, Optional.empty())),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    private static BootTree.PartitionMemory memory(GpaRange range, MemoryVtlType type) {
        return new BootTree.PartitionMemory(range, type, Optional.of(new BootTree.HostMemory(0, 0)));
    }

    private static void writeParameters(PhysicalMemory memory, long magic) {
        memory.writeBytes(PARAMETERS.start(), Bytes.utf8("host tables and tree"));
        memory.writeU32(PARAMETERS.start() + 4, 0);
        long config = PARAMETERS.start() + ParameterRegion.MEASURED_CONFIG_PAGE * 4096L;
        memory.write(MeasuredVtl2Config.CODEC, config, MeasuredVtl2Config.of(0, 0));
        memory.writeU64(config, magic);
        BootLogBuffer log = new BootLogBuffer(memory, BOOT_LOG.start());
        log.reset((int) BOOT_LOG.size());
        log.append(Bytes.utf8("first line\nsecond line\n"));
    }

    private static void writeVtl0Config(PhysicalMemory memory) {
        memory.write(
                MeasuredVtl0Config.CODEC,
                0,
                new MeasuredVtl0Config(
                        MeasuredVtl0Config.MAGIC,
                        MeasuredVtl0Config.SUPPORTS_LINUX,
                        PageRegion.EMPTY,
                        PageRegion.EMPTY,
                        new PageRegion(GUEST_GPA >> 12, 1),
                        GUEST_GPA,
                        PageRegion.EMPTY,
                        0,
                        new PageRegion(1, 1)));
        memory.writeBytes(0x1000, Bytes.utf8("guest=1\0"));
    }

    /** Argument count, argument pointers, environment pointers, then the strings. */
    private static void writeStack(PhysicalMemory memory, List<String> arguments, String variable) {
        ByteWriter pointers = new ByteWriter().u64(arguments.size());
        ByteWriter strings = new ByteWriter();
        for (String argument : arguments) {
            pointers.u64(STACK_GVA + 0x400 + strings.size());
            strings.bytes(Bytes.utf8(argument + "\0"));
        }
        pointers.u64(0).u64(STACK_GVA + 0x400 + strings.size()).u64(0);
        strings.bytes(Bytes.utf8(variable + "\0"));
        memory.writeBytes(STACK_GPA, pointers.toBytes());
        memory.writeBytes(STACK_GPA + 0x400, strings.toBytes());
    }

    private static InitialVpContext context(long root) {
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        return new InitialVpContext(
                TestKernel.DIRECT_MAP + TestKernel.TEXT_GPA,
                0,
                2,
                code,
                data,
                data,
                data,
                data,
                data,
                SegmentValue.NULL,
                SegmentValue.NULL,
                new TableValue(0, 0),
                new TableValue(0, 0),
                0xd01,
                0x8000_0021L,
                root,
                0x660,
                0x0007_0406_0007_0406L);
    }
}
