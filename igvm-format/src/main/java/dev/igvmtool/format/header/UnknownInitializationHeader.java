package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * An optional header of unknown type in the initialization section, kept and written back unchanged.
 *
 * @param type with the optional bit set
 * @param content payload without padding
 */
public record UnknownInitializationHeader(int type, Bytes content) implements InitializationHeader, UnknownHeader {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.unknown(this);
    }
}
