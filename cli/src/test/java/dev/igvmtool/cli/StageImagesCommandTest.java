package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.machine.guest.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageImagesCommandTest {
    @Test
    void writesOneExecutableForEachStage(@TempDir Path folder) throws IOException {
        assertEquals(0, TestConsole.run("stage-images", "-o", folder.toString()).status());
        assertEquals(
                StagePrograms.image("kernel-stub-arm64").orElseThrow(),
                Bytes.wrap(Files.readAllBytes(folder.resolve("kernel-stub-arm64.image"))));
        for (Program program : StagePrograms.all()) {
            if (StagePrograms.isFlat(program)) {
                continue;
            }
            Bytes file = Bytes.wrap(Files.readAllBytes(folder.resolve(program.name() + ".elf")));
            long entry = program.layout().linkAddress() + program.layout().entryOffset();
            assertEquals(entry, ElfFile.read(file).header().entry(), program.name());
        }
    }
}
