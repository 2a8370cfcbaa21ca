package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct boot of Linux: everything that a boot loader would leave in low memory, and the registers of the 64-bit boot
 * protocol. Kernel and initrd are in place already.
 *
 * @param config what the image holds for VTL0
 * @param commandLine of the kernel, without NUL
 * @param view memory and MMIO of the partition
 * @param cpus in VP order
 * @param physicalAddressBits width of physical addresses, from CPUID
 */
public record LinuxLoad(
        MeasuredVtl0Config config,
        String commandLine,
        PartitionView view,
        List<CpuEntry> cpus,
        int physicalAddressBits) {
    static final long GDT_GPA = 0x1000;
    static final long ZERO_PAGE_GPA = 0x2000;
    static final long COMMAND_LINE_GPA = 0x3000;
    static final long PAGE_TABLES_GPA = 0x4000;
    static final long ACPI_GPA = 0x1_9000;
    static final long RSDP_GPA = 0xe_0000;

    private static final long ONE_MIB = 0x10_0000;
    private static final int PAGE = 4096;
    private static final long CODE = 0x00a0_9b00_0000_ffffL;
    private static final long DATA = 0x00c0_9300_0000_ffffL;
    private static final int CODE_SELECTOR = 0x08;
    private static final int DATA_SELECTOR = 0x10;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;
    private static final long DEFAULT_PAT = 0x0007_0406_0007_0406L;

    public LinuxLoad {
        cpus = List.copyOf(cpus);
    }

    /**
     * The plan.
     *
     * @throws FormatException if the first memory range ends below 1 MiB or the command line does not fit a page
     */
    public LoadPlan plan() {
        Bytes text = new ByteWriter().bytes(Bytes.utf8(commandLine)).u8(0).toBytes();
        if (text.size() > PAGE) {
            throw new FormatException("VTL0 command line has " + text.size() + " bytes with its end, at most " + PAGE);
        }
        if (Long.compareUnsigned(view.vtl0Ram().get(0).range().end(), ONE_MIB) < 0) {
            throw new FormatException(
                    "first memory range of VTL0 is " + view.vtl0Ram().get(0).range() + ", expected at least 1 MiB");
        }
        AcpiTables acpi = AcpiTables.of(ACPI_GPA, cpus, view.vtl0Ram());
        List<LoadPlan.Write> writes = List.of(
                new LoadPlan.Write("command line", COMMAND_LINE_GPA, text),
                new LoadPlan.Write("global descriptor table", GDT_GPA, gdt()),
                new LoadPlan.Write("page tables", PAGE_TABLES_GPA, IdentityMap.fourGiB(PAGE_TABLES_GPA)),
                new LoadPlan.Write("RSDP", RSDP_GPA, acpi.rsdp()),
                new LoadPlan.Write("ACPI tables", ACPI_GPA, acpi.tables()),
                new LoadPlan.Write(
                        "zero page",
                        ZERO_PAGE_GPA,
                        zeroPage(acpi.tables().size(), text.size() - 1).page()));
        return new LoadPlan(
                String.format(
                        "Linux, entry 0x%x, initrd %d bytes, command line \"%s\"",
                        config.linuxEntryGpa(), config.linuxInitrdSize(), commandLine),
                writes,
                registers());
    }

    private static Bytes gdt() {
        return new ByteWriter().u64(0).u64(CODE).u64(DATA).u64(0).toBytes();
    }

    private BootParams zeroPage(int acpiBytes, int commandLineBytes) {
        long initrd = config.linuxInitrd().isEmpty() ? 0 : config.linuxInitrd().basePage() * PAGE;
        return BootParams.builder()
                .headerMagic(0)
                .typeOfLoader(BootParams.LOADER_UNDEFINED)
                .kernelAlignment((int) ONE_MIB)
                .ramdisk(initrd, config.linuxInitrdSize())
                .cmdLinePtr(COMMAND_LINE_GPA)
                .cmdlineSize(commandLineBytes)
                .e820(e820(acpiBytes))
                .build();
    }

    private List<E820Entry> e820(int acpiBytes) {
        long acpiSize = (acpiBytes + PAGE - 1L) / PAGE * PAGE;
        List<E820Entry> entries = new ArrayList<>();
        entries.add(new E820Entry(0, ACPI_GPA, E820Entry.RAM));
        entries.add(new E820Entry(ACPI_GPA, acpiSize, E820Entry.ACPI));
        entries.add(new E820Entry(RSDP_GPA, ONE_MIB - RSDP_GPA, E820Entry.RESERVED));
        long start = ONE_MIB;
        for (PartitionView.Ram ram : view.vtl0Ram()) {
            long from = Math.max(start, ram.range().start());
            if (ram.range().end() > from) {
                entries.add(new E820Entry(from, ram.range().end() - from, E820Entry.RAM));
            }
        }
        if (entries.size() > BootParams.MAX_E820_ENTRIES) {
            throw new FormatException(
                    "VTL0 has " + view.vtl0Ram().size() + " memory ranges, more than the zero page holds");
        }
        return entries;
    }

    private List<RegisterAssociation> registers() {
        List<RegisterAssociation> registers = new ArrayList<>();
        add(registers, RegisterName.GDTR, RegisterValue.of(new TableValue(4 * Long.BYTES - 1, GDT_GPA)));
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, DATA_SELECTOR, DATA_ATTRIBUTES);
        for (SegmentRegister segment : List.of(
                SegmentRegister.DS, SegmentRegister.ES, SegmentRegister.FS, SegmentRegister.GS, SegmentRegister.SS)) {
            add(registers, RegisterName.ES + segment.ordinal(), RegisterValue.of(data));
        }
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, CODE_SELECTOR, CODE_ATTRIBUTES);
        add(registers, RegisterName.ES + SegmentRegister.CS.ordinal(), RegisterValue.of(code));
        add(registers, RegisterName.CR0, RegisterValue.of(0x8000_0001L));
        add(registers, RegisterName.CR3, RegisterValue.of(PAGE_TABLES_GPA));
        add(registers, RegisterName.CR4, RegisterValue.of(0x20));
        add(registers, RegisterName.EFER, RegisterValue.of(0xd01));
        add(registers, RegisterName.PAT, RegisterValue.of(DEFAULT_PAT));
        add(registers, RegisterName.RIP, RegisterValue.of(config.linuxEntryGpa()));
        add(registers, RegisterName.RAX + Gpr.RSI.ordinal(), RegisterValue.of(ZERO_PAGE_GPA));
        registers.addAll(Mtrrs.fixed());
        registers.addAll(Mtrrs.variable(view, physicalAddressBits));
        return registers;
    }

    private static void add(List<RegisterAssociation> registers, int name, RegisterValue value) {
        registers.add(new RegisterAssociation(name, value));
    }
}
