package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.Optional;

/** A kind of structure: how its bytes are shown, and where its fields are. */
public interface StructureType {
    /** How it is named on a command line: {@code shim-params}. */
    String name();

    /** What it is, in a few words, with the name that its specification gives. */
    String title();

    /** Bytes of the structure at an address; for those whose size varies, of the one that stands there. */
    long sizeBytes(Memory memory, long gpa);

    /**
     * The structure at an address.
     *
     * @throws dev.igvmtool.abi.binary.IgvmToolException if what stands there cannot be one
     */
    ViewNode view(Memory memory, long gpa);

    /** Where the fields lie, if that is the same for all structures of this type. */
    default Optional<StructLayout> layout() {
        return Optional.empty();
    }

    /** Place of a field, whether or not it is in use. */
    default Optional<ViewNode> field(Memory memory, long gpa, String path) {
        return view(memory, gpa).find(path);
    }
}
