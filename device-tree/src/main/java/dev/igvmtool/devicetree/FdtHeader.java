package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;

/**
 * {@code fdt_header}: what a blob begins with; big endian. Older versions end earlier. Specification: Devicetree
 * Specification 0.4, section 5.2.
 *
 * @param magic {@link Fdt#MAGIC}
 * @param totalsize bytes of the blob
 * @param offDtStruct where the structure block is
 * @param offDtStrings where the strings block is
 * @param offMemRsvmap where the memory reservation block is
 * @param version of the format
 * @param lastCompVersion oldest version whose readers can read the blob
 * @param bootCpuidPhys hardware id of the boot processor; since version 2
 * @param sizeDtStrings bytes of the strings block; since version 3
 * @param sizeDtStruct bytes of the structure block; since version 17
 */
public record FdtHeader(
        @U32 long magic,
        @U32 long totalsize,
        @U32 long offDtStruct,
        @U32 long offDtStrings,
        @U32 long offMemRsvmap,
        @U32 long version,
        @U32 long lastCompVersion,
        @U32 long bootCpuidPhys,
        @U32 long sizeDtStrings,
        @U32 long sizeDtStruct) {
    public static final Codec<FdtHeader> CODEC = Codec.of(FdtHeader.class, MethodHandles.lookup());

    /** The header at the start of {@code blob}. */
    public static FdtHeader read(Bytes blob) {
        return CODEC.read(new ByteReader(blob, ByteOrder.BIG_ENDIAN));
    }

    /** The header as it stands in a blob. */
    Bytes toBytes() {
        ByteWriter writer = new ByteWriter(ByteOrder.BIG_ENDIAN);
        CODEC.write(writer, this);
        return writer.toBytes();
    }
}
