package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.json.JsonObject;
import java.util.List;

/**
 * TCB info of a platform: which versions are worth what.
 *
 * <p>Specification: Intel PCS API version 4, get TDX TCB info.
 *
 * @param document with signature and dates
 * @param id {@code TDX}
 * @param version 3
 * @param fmspc platform it is for, 6 bytes
 * @param pceId it is for, 2 bytes
 * @param module the module of version 0
 * @param modules those of later versions
 * @param levels in descending order
 */
public record TcbInfo(
        SignedCollateral document,
        String id,
        int version,
        Bytes fmspc,
        Bytes pceId,
        ModuleIdentity module,
        List<ModuleIdentity> modules,
        List<TcbLevel> levels) {
    /** Name of the member with the content. */
    public static final String MEMBER = "tcbInfo";

    public TcbInfo {
        modules = List.copyOf(modules);
        levels = List.copyOf(levels);
    }

    /**
     * Reads the document; its signature is not checked.
     *
     * @throws FormatException if it is not a TCB info
     */
    public static TcbInfo read(Bytes text) {
        SignedCollateral document = SignedCollateral.read(text, MEMBER);
        JsonObject content = document.content();
        List<ModuleIdentity> modules = content.objects("tdxModuleIdentities").stream()
                .map(ModuleIdentity::read)
                .toList();
        return new TcbInfo(
                document,
                content.requiredText("id"),
                (int) content.requiredNumber("version", 0xff),
                content.requiredHex("fmspc", 6),
                content.requiredHex("pceId", 2),
                ModuleIdentity.ofVersion0(content.requiredObject("tdxModule")),
                modules,
                TcbLevel.ofPlatform(content));
    }
}
