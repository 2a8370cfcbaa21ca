package dev.igvmtool.format.header;

/**
 * {@code IGVM_VHS_PARAMETER}: one value that the loader writes into a parameter area.
 *
 * @param kind which value
 * @param parameterAreaIndex which area, unsigned
 * @param byteOffset where in the area
 */
public record Parameter(ParameterKind kind, int parameterAreaIndex, long byteOffset) implements Directive {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.parameter(this);
    }
}
