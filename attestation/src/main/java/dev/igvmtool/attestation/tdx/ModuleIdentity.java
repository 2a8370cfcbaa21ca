package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.json.JsonObject;
import java.util.List;

/**
 * What a TDX module must be.
 *
 * @param id {@code TDX_03}; empty for the module of version 0
 * @param signer MRSIGNERSEAM
 * @param attributes under the mask
 * @param mask of the attributes
 * @param levels in descending order; empty for the module of version 0
 */
public record ModuleIdentity(String id, Bytes signer, Bytes attributes, Bytes mask, List<TcbLevel> levels) {
    public ModuleIdentity {
        levels = List.copyOf(levels);
    }

    static ModuleIdentity ofVersion0(JsonObject module) {
        return of("", module, List.of());
    }

    static ModuleIdentity read(JsonObject identity) {
        return of(identity.requiredText("id"), identity, TcbLevel.ofIdentity(identity));
    }

    private static ModuleIdentity of(String id, JsonObject module, List<TcbLevel> levels) {
        return new ModuleIdentity(
                id,
                module.requiredHex("mrsigner", 48),
                module.requiredHex("attributes", 8),
                module.requiredHex("attributesMask", 8),
                levels);
    }
}
