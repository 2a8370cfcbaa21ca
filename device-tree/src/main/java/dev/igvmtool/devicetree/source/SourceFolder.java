package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files of the folder that holds the source, and of further folders. A file is looked for beside the file that includes
 * it, then in the further folders in their order. What lies outside all of them is refused, also through a symbolic
 * link: source text from elsewhere shall not read any file of the machine.
 */
public final class SourceFolder implements SourceFiles {
    private final Path root;
    private final List<Path> further;

    /**
     * @param root folder of the main source file
     * @param further folders to search and to allow
     */
    public SourceFolder(Path root, List<Path> further) {
        this.root = root;
        this.further = List.copyOf(further);
    }

    @Override
    public Found find(String name, String includer, long limitBytes) {
        for (Path candidate : candidates(name, includer)) {
            if (Files.exists(candidate)) {
                return read(name, candidate, limitBytes);
            }
        }
        throw new FormatException("file \"" + name + "\" is not there");
    }

    private List<Path> candidates(String name, String includer) {
        try {
            List<Path> candidates = new ArrayList<>();
            Path parent = Path.of(includer).getParent();
            Path beside = parent == null ? root : parent;
            candidates.add(beside.resolve(name));
            further.forEach(folder -> candidates.add(folder.resolve(name)));
            return candidates;
        } catch (InvalidPathException e) {
            throw new FormatException("\"" + name + "\" is not a file name");
        }
    }

    private Found read(String name, Path file, long limitBytes) {
        try {
            Path real = file.toRealPath();
            if (!isInside(real)) {
                throw new FormatException("file \"" + name + "\" lies outside the folders of the source");
            }
            if (!Files.isRegularFile(real)) {
                throw new FormatException("\"" + name + "\" is not a regular file");
            }
            if (Files.size(real) > limitBytes) {
                throw new FormatException(String.format(
                        "file \"%s\" of %d bytes is too large, expected at most %d",
                        name, Files.size(real), limitBytes));
            }
            try (InputStream stream = Files.newInputStream(real)) {
                return new Found(file.toString(), Bytes.wrap(stream.readNBytes((int) limitBytes)));
            }
        } catch (IOException e) {
            throw new FormatException("file \"" + name + "\" cannot be read");
        }
    }

    private boolean isInside(Path real) throws IOException {
        if (real.startsWith(root.toRealPath())) {
            return true;
        }
        for (Path folder : further) {
            if (Files.exists(folder) && real.startsWith(folder.toRealPath())) {
                return true;
            }
        }
        return false;
    }
}
