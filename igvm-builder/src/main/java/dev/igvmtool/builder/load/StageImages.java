package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/** Where executables of stage programs come from: the builder knows none itself. */
@FunctionalInterface
public interface StageImages {
    /** The ELF file of a stage, if there is a stage of that name. */
    Optional<Bytes> find(String stage);

    /** No stages. */
    static StageImages none() {
        return stage -> Optional.empty();
    }
}
