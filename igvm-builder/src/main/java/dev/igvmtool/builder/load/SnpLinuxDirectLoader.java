package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.paging.IdentityMap;
import dev.igvmtool.format.context.X64Register;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Places a Linux kernel that boots directly on SNP: kernel, initrd, boot parameters, ACPI tables, page tables with the
 * encryption bit. {@code vm/loader/src/linux.rs: load_snp_linux_direct}.
 */
final class SnpLinuxDirectLoader {
    private static final long GDT = 0x1000;
    private static final long ZERO_PAGE = 0x2000;
    private static final long COMMAND_LINE = 0x3000;
    private static final long PAGE_TABLES = 0x4000;
    private static final long ACPI = 0x1_9000;
    private static final long RSDP = 0xe_0000;
    private static final long KERNEL = 0x10_0000;
    private static final int CODE_INDEX = 1;
    private static final int SNP_PAGES = 5;

    private final ImageSink sink;
    private final Image.SnpLinuxDirect image;

    SnpLinuxDirectLoader(ImageSink sink, Image.SnpLinuxDirect image) {
        this.sink = sink;
        this.image = image;
    }

    void load(Resource kernel, Optional<Resource> initrd) {
        long ram = image.memoryPageCount() * Pages.SIZE;
        LinuxLoader.Placed placed = new LinuxLoader(sink).load(GuestArch.X64, kernel, initrd, KERNEL);
        Bytes commandLine = image.linux().commandLine();
        if (!commandLine.isEmpty()) {
            importPage(COMMAND_LINE, "linux-commandline", LinuxLoader.terminated(commandLine));
        }
        importPage(GDT, "default-gdt", Registers.gdt(CODE_INDEX));
        Registers.importSegments(sink::importRegister, GDT, CODE_INDEX);
        sink.importPages(
                PAGE_TABLES / Pages.SIZE,
                IdentityMap.PAGE_COUNT,
                "linux-pagetables",
                Acceptance.EXCLUSIVE,
                IdentityMap.build(PAGE_TABLES, 1L << image.cBitPosition()));
        AcpiTables acpi = new AcpiTables(ACPI, image.processorCount(), ram);
        importPage(RSDP, "linux-rsdp", acpi.rsdp());
        Bytes tables = acpi.tables();
        long acpiBytes = Pages.up(tables.size());
        long snp = ACPI + acpiBytes;
        if (snp + SNP_PAGES * Pages.SIZE > RSDP) {
            throw new ManifestException("ACPI tables for " + image.processorCount()
                    + " processors leave no room below 0xe0000, lower 'processor_count'");
        }
        sink.importRegion(ACPI, acpiBytes, "linux-acpi-tables", Acceptance.EXCLUSIVE, tables);
        sink.importPages(snp / Pages.SIZE, 1, "linux-snp-secrets", Acceptance.SECRETS_PAGE, Bytes.EMPTY);
        sink.importPages(snp / Pages.SIZE + 1, 1, "linux-snp-cpuid", Acceptance.CPUID_PAGE, Bytes.EMPTY);
        long blob = snp + 2 * Pages.SIZE;
        importPage(blob, "linux-snp-cc-blob", CcBlob.CODEC.toBytes(new CcBlob(snp, snp + Pages.SIZE)));
        ByteWriter setupData = new ByteWriter();
        SetupData.CODEC.write(setupData, new SetupData(0, SetupData.CC_BLOB, 16));
        setupData.u32(blob).zeros(12);
        importPage(blob + Pages.SIZE, "linux-snp-cc-setup-data", setupData.toBytes());
        importPage(ZERO_PAGE, "linux-zeropage", zeroPage(placed, memoryMap(acpiBytes, snp, ram), blob + Pages.SIZE));
        importRegisters(placed.entry());
        sink.fillRam(ram);
    }

    private static List<E820Entry> memoryMap(long acpiBytes, long snp, long ram) {
        long snpEnd = snp + SNP_PAGES * Pages.SIZE;
        List<E820Entry> map = new ArrayList<>();
        map.add(new E820Entry(0, ACPI, E820Entry.RAM));
        map.add(new E820Entry(ACPI, acpiBytes, E820Entry.ACPI));
        map.add(new E820Entry(snp, snpEnd - snp, E820Entry.RESERVED));
        if (RSDP > snpEnd) {
            map.add(new E820Entry(snpEnd, RSDP - snpEnd, E820Entry.RAM));
        }
        map.add(new E820Entry(RSDP, KERNEL - RSDP, E820Entry.RESERVED));
        if (ram > KERNEL) {
            map.add(new E820Entry(KERNEL, ram - KERNEL, E820Entry.RAM));
        }
        return map;
    }

    private Bytes zeroPage(LinuxLoader.Placed placed, List<E820Entry> map, long setupData) {
        ByteBuffer page = ByteBuffer.allocate(BootParams.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        page.put(BootParams.E820_ENTRIES, (byte) map.size());
        if (placed.setupHeader().isPresent()) {
            page.put(BootParams.SETUP_HEADER, placed.setupHeader().get().toByteArray());
        } else {
            page.putShort(BootParams.BOOT_FLAG, (short) BootParams.BOOT_FLAG_MAGIC);
            page.putInt(BootParams.HEADER, (int) BootParams.HEADER_MAGIC);
            page.putInt(BootParams.KERNEL_ALIGNMENT, 0x10_0000);
        }
        page.put(BootParams.TYPE_OF_LOADER, (byte) BootParams.LOADER_UNDEFINED);
        page.putInt(BootParams.RAMDISK_IMAGE, (int) placed.initrd().start());
        page.putInt(BootParams.RAMDISK_SIZE, (int) placed.initrd().size());
        page.putInt(BootParams.CMD_LINE_PTR, (int) COMMAND_LINE);
        page.putInt(BootParams.CMDLINE_SIZE, image.linux().commandLine().size());
        page.putLong(BootParams.SETUP_DATA, setupData);
        for (int i = 0; i < map.size(); i++) {
            byte[] entry = E820Entry.CODEC.toBytes(map.get(i)).toByteArray();
            page.put(BootParams.E820_TABLE + i * entry.length, entry);
        }
        return Bytes.wrap(page.array());
    }

    private void importRegisters(long entry) {
        sink.importRegister(Registers.of(X64Register.CR0, 0x8000_0001L));
        sink.importRegister(Registers.of(X64Register.CR3, PAGE_TABLES));
        sink.importRegister(Registers.of(X64Register.CR4, 0x20));
        sink.importRegister(Registers.of(X64Register.EFER, 0xd01));
        sink.importRegister(Registers.of(X64Register.PAT, Registers.PAT));
        sink.importRegister(Registers.of(X64Register.RIP, entry));
        sink.importRegister(Registers.of(X64Register.RSI, ZERO_PAGE));
        Registers.importMtrrs(sink::importRegister);
    }

    private void importPage(long gpa, String tag, Bytes content) {
        sink.importPages(gpa / Pages.SIZE, 1, tag, Acceptance.EXCLUSIVE, content);
    }
}
