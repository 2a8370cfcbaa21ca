package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stage-images}: the stage programs as ELF files. */
@Command(
        name = "stage-images",
        description = {
            "Writes the stage programs as ELF files, NAME.elf, that a manifest can name,",
            "the kernel of AArch64 as NAME.image, and initrd.cpio, an initrd with init and paravisor."
        },
        footer = {"", "Example: igvmtool stage-images -o stages"})
final class StageImagesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "Folder for the files; made if it is missing.")
    Path folder;

    StageImagesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(folder);
        for (Program program : StagePrograms.all()) {
            write(program.name() + (StagePrograms.isFlat(program) ? ".image" : ".elf"), StagePrograms.file(program));
        }
        write("initrd.cpio", StageInitrd.archive());
        return ExitStatus.DONE;
    }

    private void write(String name, Bytes content) throws IOException {
        String file = folder.resolve(name).toString();
        new OutputFile(file).write(console, content);
        if (!common.quiet) {
            console.out().println(Printable.escape(file));
        }
    }
}
