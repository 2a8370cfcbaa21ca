package dev.igvmtool.paravisor.vtl0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.PageRegion;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LinuxLoadTest {
    private static final PartitionView VIEW = new PartitionView(
            List.of(
                    new PartitionView.Ram(new GpaRange(0, 0x800_0000), 0),
                    new PartitionView.Ram(new GpaRange(0xc80_0000, 0x4000_0000), 0)),
            List.of(),
            List.of(new GpaRange(0x800_0000, 0xc80_0000)),
            List.of(new GpaRange(0x800_0000, 0x816_a000)),
            List.of(),
            new GpaRange(0xf800_0000L, 0x1_0000_0000L),
            new GpaRange(0xf_e000_0000L, 0x10_0000_0000L));

    private static final MeasuredVtl0Config CONFIG = new MeasuredVtl0Config(
            MeasuredVtl0Config.MAGIC,
            MeasuredVtl0Config.SUPPORTS_LINUX,
            PageRegion.EMPTY,
            PageRegion.EMPTY,
            new PageRegion(0x1000, 5),
            0x100_1000,
            new PageRegion(0x2000, 2),
            0x1234,
            new PageRegion(1, 1));

    private static final LoadPlan PLAN =
            new LinuxLoad(CONFIG, "console=ttyS0", VIEW, List.of(new CpuEntry(0, 0)), 46).plan();

    @Test
    void describesMemoryWithHolesForAcpiAndVtl2() {
        assertEquals(
                "0x0+0x19000:1 0x19000+0x1000:3 0xe0000+0x20000:2 0x100000+0x7f00000:1 0xc800000+0x33800000:1",
                zeroPage().e820Table().stream().map(LinuxLoadTest::text).collect(Collectors.joining(" ")));
    }

    @Test
    void pointsTheZeroPageToCommandLineAndInitrd() {
        BootParams params = zeroPage();
        assertEquals(BootParams.HEADER_MAGIC, params.header());
        assertEquals(BootParams.BOOT_FLAG_MAGIC, params.bootFlag());
        assertEquals(0xff, params.typeOfLoader());
        assertEquals(0x3000, params.cmdLinePtr());
        assertEquals(0x200_0000, params.ramdiskImage());
        assertEquals(0x1234, params.ramdiskSize());
        assertEquals("console=ttyS0\0", content("command line").toUtf8());
    }

    @Test
    void entersInLongModeWithTheZeroPageInRsi() {
        assertEquals(0x100_1000, register(RegisterName.RIP));
        assertEquals(0x2000, register(RegisterName.RAX + 6));
        assertEquals(0x8000_0001L, register(RegisterName.CR0));
        assertEquals(0x4000, register(RegisterName.CR3));
        assertEquals(0xd01, register(RegisterName.EFER));
    }

    @Test
    void mapsTheLowFourGiBToThemselves() {
        Bytes tables = content("page tables");
        assertEquals(6 * 4096, tables.size());
        assertEquals(0x5023, tables.u64(0));
        assertEquals(0x9023, tables.u64(0x1000 + 3 * 8));
        assertEquals(0xc020_00e3L, tables.u64(5 * 0x1000 + 8));
    }

    @Test
    void coversMemoryByRangeRegisters() {
        assertEquals(6, register(RegisterName.MTRR_PHYS_BASE0));
        assertEquals(0x3fff_f800_0800L, register(RegisterName.MTRR_PHYS_MASK0));
        assertEquals(0x800_0006, register(RegisterName.MTRR_PHYS_BASE0 + 1));
        assertEquals(0x3fff_0000_0800L, register(RegisterName.MTRR_PHYS_MASK0 + 1));
    }

    @Test
    void refusesACommandLineLongerThanItsPage() {
        LinuxLoad load = new LinuxLoad(CONFIG, "x".repeat(4096), VIEW, List.of(new CpuEntry(0, 0)), 46);
        assertThrows(FormatException.class, load::plan);
    }

    private static BootParams zeroPage() {
        return BootParams.CODEC.read(content("zero page"));
    }

    private static Bytes content(String what) {
        return PLAN.writes().stream()
                .filter(write -> write.what().equals(what))
                .findFirst()
                .orElseThrow()
                .content();
    }

    private static long register(int name) {
        return PLAN.registers().stream()
                .filter(register -> register.name() == name)
                .map(RegisterAssociation::value)
                .findFirst()
                .orElseThrow()
                .low();
    }

    private static String text(E820Entry entry) {
        return String.format("0x%x+0x%x:%d", entry.addr(), entry.size(), entry.type());
    }
}
