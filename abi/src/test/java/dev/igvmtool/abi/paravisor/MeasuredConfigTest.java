package dev.igvmtool.abi.paravisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredConfigTest {
    @Test
    void sizesAreThoseOfTheSpecification() {
        assertEquals(112, MeasuredVtl0Config.CODEC.size());
        assertEquals(24, MeasuredVtl2Config.CODEC.size());
        assertEquals(24, ImportedRegion.CODEC.size());
        assertEquals(16, PageRegion.CODEC.size());
        assertEquals(16, ExpectedPageHashes.CODEC.size());
        assertEquals(4096, CommandLinePage.CODEC.size());
        assertEquals(168, ImportedRegions.MAX_REGIONS);
        assertEquals(21845, ExpectedPageHashes.MAX_HASHES);
    }

    @Test
    void magicNumbersStandInMemoryOrder() {
        assertEquals(
                "304c54564c43484f",
                MeasuredVtl0Config.CODEC
                        .toBytes(MeasuredVtl0Config.none())
                        .slice(0, 8)
                        .toHex());
        assertEquals(
                "324c54564c43484f2e",
                MeasuredVtl2Config.CODEC
                        .toBytes(MeasuredVtl2Config.of(46, 0))
                        .slice(0, 9)
                        .toHex());
    }

    @Test
    void listOfRegionsEndsAtADescriptorOfNoPages() {
        ImportedRegions list = new ImportedRegions(
                Bytes.zeros(48), List.of(ImportedRegion.of(1, 2, true), ImportedRegion.of(5, 1, false)));
        assertEquals(48 + 48, list.toBytes().size());
        assertEquals(list, ImportedRegions.read(list.toBytes().paddedTo(4096)));
    }

    @Test
    void fullPageOfRegionsIsReadWhole() {
        ImportedRegions list = new ImportedRegions(
                Bytes.zeros(48), Collections.nCopies(ImportedRegions.MAX_REGIONS, ImportedRegion.of(1, 2, true)));
        assertEquals(list, ImportedRegions.read(list.toBytes().paddedTo(4096)));
    }

    @Test
    void commandLineSurvivesItsPage() {
        CommandLinePage page = new CommandLinePage(CommandLinePage.POLICY_APPEND_CHOSEN, Bytes.utf8("a=b c"));
        Bytes wire = CommandLinePage.CODEC.toBytes(page);
        assertEquals(4096, wire.size());
        assertEquals(page, CommandLinePage.CODEC.read(wire));
    }

    @Test
    void commandLineLongerThanItsPageIsRefused() {
        byte[] wire = new byte[4096];
        wire[2] = (byte) 0xfd;
        wire[3] = 0x0f;
        assertThrows(FormatException.class, () -> CommandLinePage.CODEC.read(Bytes.wrap(wire)));
    }
}
