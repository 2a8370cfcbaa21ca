package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.config.Topology;
import java.util.List;

/**
 * The configuration blob of the UEFI firmware: records of type, length and content, each padded to 8 bytes, the first
 * of which counts them. The host's settings are the defaults, for there is no channel to ask for them.
 *
 * @param entropy 64 random bytes
 * @param view memory and MMIO of the partition
 * @param cpus in VP order
 * @param topology of the VPs
 * @param slit table of the host, empty if there is none
 * @param pptt table of the host, empty if there is none
 */
public record UefiConfig(
        Bytes entropy, PartitionView view, List<CpuEntry> cpus, Topology topology, Bytes slit, Bytes pptt) {
    /** Where the firmware looks for the blob, x64. */
    public static final long GPA = 0x70_9000;

    /** Bytes of {@link #entropy}. */
    public static final int ENTROPY_BYTES = 64;

    private static final int STRUCTURE_COUNT = 0x00;
    private static final int BIOS_INFORMATION = 0x01;
    private static final int MEMORY_MAP = 0x03;
    private static final int ENTROPY = 0x04;
    private static final int BIOS_GUID = 0x05;
    private static final int PROCESSOR_SMBIOS = 0x0b;
    private static final int FLAGS = 0x12;
    private static final int PROCESSORS = 0x13;
    private static final int MMIO = 0x14;
    private static final int ACPI_TABLE = 0x16;
    private static final int NVDIMM = 0x17;

    private static final int HEADER_BYTES = 8;
    private static final long BIOS_PAGES = 0x600;
    private static final int PAGE = 4096;

    /** Additional PCRs are measured. */
    private static final long FLAG_MEASURE_ADDITIONAL_PCRS = 1L << 13;
    /** Memory protection, two bits from 21: relaxed, as without Windows secure boot. */
    private static final long FLAG_MEMORY_PROTECTION_RELAXED = 3L << 21;
    /** TPM locality is honoured. */
    private static final long FLAG_TPM_LOCALITY = 1L << 25;
    /** Memory type ranges are set by the loader. */
    private static final long FLAG_MTRRS_PRESET = 1L << 28;

    public UefiConfig {
        cpus = List.copyOf(cpus);
    }

    /** The blob. */
    public Bytes toBytes() {
        Records records = new Records();
        records.add(ENTROPY, entropy);
        records.add(ACPI_TABLE, AcpiTables.madt(cpus));
        records.add(ACPI_TABLE, AcpiTables.srat(cpus, view.vtl0Ram()));
        records.add(MEMORY_MAP, memoryMap());
        records.add(
                MMIO,
                new ByteWriter()
                        .bytes(pages(view.lowMmio()))
                        .bytes(pages(view.highMmio()))
                        .toBytes());
        records.add(
                PROCESSORS,
                new ByteWriter()
                        .u32(topology.vpCount())
                        .u32(topology.vpCount())
                        .u32(topology.vpsPerSocket())
                        .u32(topology.threadsPerCore())
                        .toBytes());
        records.addUnlessEmpty(ACPI_TABLE, slit);
        records.addUnlessEmpty(ACPI_TABLE, pptt);
        records.add(BIOS_INFORMATION, new ByteWriter().u32(BIOS_PAGES).u32(0).toBytes());
        records.add(BIOS_GUID, Bytes.zeros(16));
        records.add(NVDIMM, Bytes.zeros(8));
        records.add(PROCESSOR_SMBIOS, Bytes.zeros(24));
        records.add(FLAGS, new ByteWriter().u64(flags()).toBytes());
        return records.toBytes();
    }

    private static long flags() {
        return FLAG_MEASURE_ADDITIONAL_PCRS | FLAG_MEMORY_PROTECTION_RELAXED | FLAG_TPM_LOCALITY | FLAG_MTRRS_PRESET;
    }

    private Bytes memoryMap() {
        ByteWriter map = new ByteWriter();
        for (PartitionView.Ram ram : view.vtl0Ram()) {
            map.u64(ram.range().start()).u64(ram.range().size()).u32(0).u32(0);
        }
        return map.toBytes();
    }

    private static Bytes pages(GpaRange range) {
        return new ByteWriter()
                .u64(range.start() / PAGE)
                .u64(range.size() / PAGE)
                .toBytes();
    }

    /** Collects records, then puts the count in front. */
    private static final class Records {
        private final ByteWriter content = new ByteWriter();
        private int count = 1;

        void add(int type, Bytes body) {
            int length = HEADER_BYTES + body.size() + 7 & ~7;
            content.u32(type).u32(length).bytes(body).alignTo(8);
            count++;
        }

        void addUnlessEmpty(int type, Bytes body) {
            if (!body.isEmpty()) {
                add(type, body);
            }
        }

        Bytes toBytes() {
            return new ByteWriter()
                    .u32(STRUCTURE_COUNT)
                    .u32(2 * HEADER_BYTES)
                    .u32(count)
                    .u32(2 * HEADER_BYTES + content.size())
                    .bytes(content.toBytes())
                    .toBytes();
        }
    }
}
