package dev.igvmtool.measurement.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IdBlockTest {
    @Test
    void isNinetySixBytes() {
        assertEquals(96, IdBlock.CODEC.size());
    }

    @Test
    void readsAndWritesWhatTheGeneratorGivesToSigners() throws IOException {
        Path file = SharedTestData.require("golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev-snp.idblock");
        Bytes golden = Bytes.wrap(Files.readAllBytes(file));
        IdBlock block = IdBlock.CODEC.read(golden);
        assertEquals(IdBlock.VERSION, block.version());
        assertEquals(Bytes.utf8("openhcl").paddedTo(16), block.imageId());
        assertEquals(golden, IdBlock.CODEC.toBytes(block));
    }
}
