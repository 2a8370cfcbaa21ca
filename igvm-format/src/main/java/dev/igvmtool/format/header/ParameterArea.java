package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code IGVM_VHS_PARAMETER_AREA}: a buffer that the loader fills with parameters and inserts into guest memory.
 *
 * @param numberOfBytes size of the area, unsigned, a multiple of 4096; never trusted for allocation
 * @param parameterAreaIndex name of the area in later headers, unsigned
 * @param initialData content before parameters; zeros follow; empty: zeros only
 */
public record ParameterArea(long numberOfBytes, int parameterAreaIndex, Bytes initialData) implements Directive {
    public ParameterArea {
        if (Long.compareUnsigned(initialData.size(), numberOfBytes) > 0) {
            throw new IllegalArgumentException(
                    initialData.size() + " bytes of initial data for an area of " + numberOfBytes);
        }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.parameterArea(this);
    }
}
