package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;

/**
 * What an earlier run left in the persisted-state region of VTL2, put there before a servicing restart.
 *
 * @param header content of the first page
 * @param payload content from the second page on
 */
public record PersistedState(Bytes header, Bytes payload) {}
