package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class ResourceDllTest {
    private static Bytes wrapped() throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require("igvm-corpus/good/pe-wrapped.dll")));
    }

    @Test
    void takesTheFileOutOfItsResource() throws IOException {
        Bytes inside = ResourceDll.unwrap(wrapped());

        assertEquals("IGVM", inside.slice(0, 4).toUtf8());
        assertEquals(inside, IgvmWriter.toBytes(IgvmReader.read(wrapped())));
    }

    @Test
    void leavesOtherFilesAlone() {
        Bytes file = Bytes.utf8("IGVM");
        assertSame(file, ResourceDll.unwrap(file));
    }

    @Test
    void survivesDamage() throws IOException {
        Bytes dll = wrapped();
        Mutations.allTruncations(dll.slice(0, Math.min(dll.size(), 4096)), IgvmReader::read);
        Mutations.bitFlips(dll, 7, IgvmReader::read);
    }
}
