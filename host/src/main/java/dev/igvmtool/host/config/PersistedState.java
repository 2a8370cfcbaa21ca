package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;

/**
 * What an earlier run left in the persisted-state region of VTL2, put there before a servicing restart.
 *
 * @param header content of the first page
 * @param payload content from the second page on
 */
public record PersistedState(Bytes header, Bytes payload) {
    /** A state with the header that belongs to it. */
    public static PersistedState of(SavedState state, GpaRange payloadRegion) {
        Bytes payload = state.encode();
        PersistedStateHeader header = new PersistedStateHeader(
                PersistedStateHeader.MAGIC, payloadRegion.start(), payloadRegion.size(), payload.size());
        return new PersistedState(PersistedStateHeader.CODEC.toBytes(header), payload);
    }
}
