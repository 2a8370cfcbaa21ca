package dev.igvmtool.abi.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class SidecarStructuresTest {
    @Test
    void sizesAreThoseOfTheSpecification() {
        assertEquals(3489, SidecarParams.CODEC.size());
        assertEquals(24, SidecarNodeRecord.CODEC.size());
        assertEquals(3328, SidecarOutput.CODEC.size());
        assertEquals(24, SidecarOutputNode.CODEC.size());
        assertEquals(16, RegistersHeader.CODEC.size());
        assertEquals(16, TranslateRequest.CODEC.size());
        assertEquals(80, TranslateResult.CODEC.size());
    }

    @Test
    void parametersStandAtTheirOffsets() {
        byte[] flags = new byte[400];
        flags[399] = 1;
        SidecarParams params = new SidecarParams(
                0x1122_3344_5566_7000L,
                true,
                List.of(
                        new SidecarNodeRecord(0x10_0000, 0x3_5000, 0, 4),
                        new SidecarNodeRecord(0x20_0000, 0x1000, 4, 2)),
                true,
                Bytes.wrap(flags));
        Bytes wire = SidecarParams.CODEC.toBytes(params);
        assertEquals(3489, wire.size());
        assertEquals(0x1122_3344_5566_7000L, wire.u64(0));
        assertEquals(1, wire.u8(8));
        assertEquals(2, wire.u32(0xc));
        assertEquals(0x3_5000, wire.u64(0x18));
        assertEquals(4, wire.u32(0x38));
        assertEquals(2, wire.u32(0x3c));
        assertEquals(1, wire.u8(0xc10));
        assertEquals(0, wire.u8(0xc11));
        assertEquals(1, wire.u8(0xda0));
        assertEquals(params, SidecarParams.CODEC.read(wire));
    }

    @Test
    void tooManyNodesAreAFormatError() {
        byte[] wire = new byte[3489];
        wire[0xc] = (byte) 129;
        assertThrows(FormatException.class, () -> SidecarParams.CODEC.read(Bytes.wrap(wire)));
    }

    @Test
    void outputStandsAtItsOffsets() {
        byte[] wire = new byte[3328];
        wire[0] = 2;
        wire[1] = 'n';
        wire[2] = 'o';
        wire[0x100 + 24 * 127 + 17] = 1;
        SidecarOutput output = SidecarOutput.CODEC.read(Bytes.wrap(wire));
        assertEquals("no", output.error().toUtf8());
        assertEquals(SidecarOutputNode.NONE, output.nodes().get(0));
        assertEquals(0x100, output.nodes().get(127).sharedPagesSize());
        assertEquals(Bytes.wrap(wire), SidecarOutput.CODEC.toBytes(output));
    }

    @Test
    void statusAndCommandNumbersAreThoseOfTheSpecification() {
        assertEquals(
                List.of(0, 1, 2, 3, 4),
                List.of(CpuStatus.values()).stream().map(CpuStatus::value).toList());
        assertEquals(CpuStatus.REMOVE, CpuStatus.of(4).orElseThrow());
        assertEquals(true, CpuStatus.of(5).isEmpty());
        assertEquals(SidecarCommand.TRANSLATE_GVA, SidecarCommand.of(4).orElseThrow());
        assertEquals(true, SidecarCommand.of(5).isEmpty());
    }

    @Test
    void errorTextIsCutBetweenCharacters() {
        Bytes cut = ErrorText.cut("x".repeat(254) + "é");
        assertEquals(254, cut.size());
        assertEquals(256, ErrorText.field("no").size());
        assertEquals(2, ErrorText.field("no").u8(0));
    }

    @Test
    void layoutsSayWhatCodecsRead() {
        StructLayout params = SidecarParams.CODEC.layout().orElseThrow();
        assertEquals(3489, params.sizeBytes());
        assertEquals(0x3c, params.find("nodes[1].vpCount").orElseThrow().offset());
        assertEquals(0xc10, params.find("per_cpu_state_specified").orElseThrow().offset());
        assertEquals(0xc11, params.find("sidecar_starts_cpu").orElseThrow().offset());
        StructLayout output = SidecarOutput.CODEC.layout().orElseThrow();
        assertEquals(3328, output.sizeBytes());
        assertEquals(
                0x100 + 24 * 127 + 16,
                output.find("nodes[127].sharedPagesSize").orElseThrow().offset());
    }

    @Test
    void pagesHaveTheirFieldsWhereTheViewsReadThem() {
        assertEquals(0x40, ControlPage.layout().find("cpu_status").orElseThrow().offset());
        StructLayout command = CommandPage.layout();
        assertEquals(0x30, command.find("cpu_context.cr2").orElseThrow().offset());
        assertEquals(0x88, command.find("cpu_context.r15").orElseThrow().offset());
        assertEquals(
                0x420, command.find("intercept_message.payload").orElseThrow().offset());
        assertEquals("request_data", command.at(0x610).orElseThrow().name());
    }
}
