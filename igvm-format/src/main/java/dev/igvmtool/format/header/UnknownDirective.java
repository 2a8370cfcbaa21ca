package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * An optional header of unknown type in the directive section, kept and written back unchanged.
 *
 * @param type with the optional bit set
 * @param content payload without padding
 */
public record UnknownDirective(int type, Bytes content) implements Directive, UnknownHeader {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.unknown(this);
    }
}
