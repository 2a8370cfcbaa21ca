package dev.igvmtool.paravisor.vtl0;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.config.Topology;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UefiConfigTest {
    private static final PartitionView VIEW = new PartitionView(
            List.of(new PartitionView.Ram(new GpaRange(0, 0x800_0000), 0)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new GpaRange(0xf800_0000L, 0x1_0000_0000L),
            new GpaRange(0, 0));

    private static final UefiConfig CONFIG = new UefiConfig(
            Bytes.zeros(UefiConfig.ENTROPY_BYTES),
            VIEW,
            List.of(new CpuEntry(0, 0)),
            new Topology(1, 1, 1, true),
            Bytes.EMPTY,
            Bytes.utf8("PPTT of the host"));

    @Test
    void recordsComeInTheOrderTheFirmwareWalks() {
        Bytes blob = CONFIG.toBytes();
        List<Integer> types = new ArrayList<>();
        ByteReader reader = new ByteReader(blob);
        while (reader.remaining() > 0) {
            int start = reader.position();
            types.add((int) reader.u32());
            int length = (int) reader.u32();
            assertEquals(0, length % 8);
            reader.seek(start + length);
        }
        assertEquals(List.of(0, 4, 0x16, 0x16, 3, 0x14, 0x13, 0x16, 1, 5, 0x17, 0x0b, 0x12), types);
        assertEquals(types.size(), blob.u32(8));
        assertEquals(blob.size(), blob.u32(12));
    }

    @Test
    void takesRegistersFromTheContextPageWhateverVtlItNames() {
        ByteWriter page = new ByteWriter()
                .u32(1)
                .u8(2)
                .u32(0x0002_0010)
                .zeros(11)
                .u64(0x10_1000)
                .u64(0);
        LoadPlan plan = new UefiLoad(page.toBytes().paddedTo(4096), CONFIG, 46).plan();
        assertEquals(0x0002_0010, plan.registers().get(0).name());
        assertEquals(0x10_1000, plan.registers().get(0).value().low());
        assertEquals(UefiConfig.GPA, plan.writes().get(0).gpa());
    }
}
