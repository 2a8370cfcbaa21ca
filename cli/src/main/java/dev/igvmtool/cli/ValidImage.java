package dev.igvmtool.cli;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.check.Finding;
import dev.igvmtool.format.check.Validator;
import java.util.List;

/** Images that something is made of: an invalid one is refused. */
final class ValidImage {
    private ValidImage() {}

    /** @throws CommandException if the file cannot be read, or is invalid */
    static IgvmFile read(Console console, String name) {
        IgvmFile file = new InputFile(name).read(console, IgvmReader::read);
        List<Finding> findings = Validator.validate(file);
        if (!findings.isEmpty()) {
            throw new CommandException(
                    name + ": the file is invalid: " + findings.get(0) + (findings.size() == 1 ? "" : ", and more"));
        }
        return file;
    }
}
