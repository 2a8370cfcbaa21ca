package dev.igvmtool.abi.linux;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code setup_data}, 16 bytes: header of one element of the chain that starts in the zero page. The content follows.
 *
 * @param next address of the next element, 0 in the last
 * @param type one of the constants here, or another
 * @param len bytes of content
 */
public record SetupData(@U64 long next, @U32 int type, @U32 long len) {
    public static final Codec<SetupData> CODEC = Codec.of(SetupData.class, lookup());

    /** Further {@link E820Entry}s. */
    public static final int E820_EXT = 1;
    /** A flattened device tree. */
    public static final int DTB = 2;
    /** The address of a {@link CcBlob} in 32 bits, then 12 bytes of padding; {@code len} counts the header too: 32. */
    public static final int CC_BLOB = 7;
}
