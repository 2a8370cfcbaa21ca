package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.live.Messages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
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
        try {
            Path parent = Path.of(includer).getParent();
            // Shown as the user named the source; one without a folder in its name is in the root.
            Path shown = parent == null ? Path.of(name) : parent.resolve(name);
            Path beside = parent == null ? root.resolve(name) : shown;
            if (Files.exists(beside)) {
                return new Found(shown.toString(), read(name, beside, limitBytes));
            }
            for (Path folder : further) {
                Path candidate = folder.resolve(name);
                if (Files.exists(candidate)) {
                    return new Found(candidate.toString(), read(name, candidate, limitBytes));
                }
            }
        } catch (InvalidPathException e) {
            throw new FormatException("\"" + Messages.shown(name) + "\" is not a file name");
        }
        throw new FormatException("file \"" + Messages.shown(name) + "\" is not there");
    }

    private Bytes read(String name, Path file, long limitBytes) {
        try {
            Path real = file.toRealPath();
            if (!isInside(real)) {
                throw new FormatException(
                        "file \"" + Messages.shown(name) + "\" lies outside the folders of the source");
            }
            if (!Files.isRegularFile(real)) {
                throw new FormatException("\"" + Messages.shown(name) + "\" is not a regular file");
            }
            if (Files.size(real) > limitBytes) {
                throw new FormatException(String.format(
                        "file \"%s\" of %d bytes is too large, expected at most %d",
                        Messages.shown(name), Files.size(real), limitBytes));
            }
            try (InputStream stream = Files.newInputStream(real)) {
                return Bytes.wrap(stream.readNBytes((int) limitBytes));
            }
        } catch (IOException e) {
            throw new FormatException("file \"" + Messages.shown(name) + "\" cannot be read");
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
